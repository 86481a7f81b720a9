"""Programs in the console: API keys, and webhooks."""
