"""Who invited whom: the tables."""
