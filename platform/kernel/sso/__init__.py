"""Signing in to consoles by a company's own accounts (OpenID Connect)."""
