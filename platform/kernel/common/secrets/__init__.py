"""Secrets at rest: envelope encryption bound to a tenant and a purpose."""
