"""Particulars that a shop adds to its products, members and orders."""
