"""Levels of members, what they bring, and members gathered by saved conditions."""
