"""Payments, refunds and gateways."""
