"""How fast the shop pays out, for everybody to read."""
