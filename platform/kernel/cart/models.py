"""Carts: the tables."""
