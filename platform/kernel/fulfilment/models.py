"""Parcels, pickups and virtual goods: the tables."""
