"""Freight on product pages and in the cart."""
