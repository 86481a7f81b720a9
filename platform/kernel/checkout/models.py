"""Quoting and placing orders: the tables."""
