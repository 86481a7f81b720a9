"""Who invited whom."""
