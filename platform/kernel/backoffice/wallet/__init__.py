"""Withdrawals and transfers in the console."""
