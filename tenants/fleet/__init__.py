"""Migrations of all tenants: planned once for each distinct state, replayed for each tenant."""
