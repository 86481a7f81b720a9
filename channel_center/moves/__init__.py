"""Tenants that go from one partner to another, and archives to leave with."""
