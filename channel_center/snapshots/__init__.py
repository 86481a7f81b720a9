"""Templates of shops: taken from one, opened and brought up to date in others."""
