"""Modes that a shop composes itself: rules from pieces, kept as packs of its own."""
