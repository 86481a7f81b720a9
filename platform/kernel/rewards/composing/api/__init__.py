"""Modes, simulations, activations and what they owe, over the admin API."""
