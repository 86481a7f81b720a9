"""Webhooks: what happens in a shop, told to programs elsewhere."""
