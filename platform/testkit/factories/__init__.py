"""Makes rows for tests."""
