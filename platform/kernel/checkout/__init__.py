"""Quoting and placing orders."""
