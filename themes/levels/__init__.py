"""Levels, as members see them."""
