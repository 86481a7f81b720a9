"""Balances that leave, as members see them."""
