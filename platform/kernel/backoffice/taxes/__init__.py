"""Taxes on the console."""
