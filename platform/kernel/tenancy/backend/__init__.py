"""Database backend: django-tenants' with lazy activation, roles and a bounded memory."""
