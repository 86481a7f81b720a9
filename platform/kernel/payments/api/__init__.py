"""Payments over HTTP: for payers, for staff, and for gateways."""
