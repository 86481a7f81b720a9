"""Draws on the storefront: entered, and checked by whoever wants to."""
