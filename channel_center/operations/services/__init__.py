"""Stops of functions, announcements, and upgrades of all shops."""
