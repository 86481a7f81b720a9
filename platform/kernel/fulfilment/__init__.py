"""Parcels, pickups and virtual goods."""
