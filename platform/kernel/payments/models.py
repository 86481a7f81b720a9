"""Payments, refunds and gateways: the tables."""
