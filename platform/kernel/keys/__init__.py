"""API keys: programs that use the admin API."""
