"""What the APIs promise, as OpenAPI documents: ``store.json`` and ``admin.json``."""
