"""Imports and exports: the tables."""
