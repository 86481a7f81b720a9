"""How the shop does, in figures, charts and files."""
