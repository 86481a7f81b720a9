"""A module that sells at a price of its own; for tests."""
