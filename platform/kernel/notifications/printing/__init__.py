"""Printers in the cloud: what they are spoken to with."""
