"""Alarms of reward monitors in shops, for the compliance of the platform."""
