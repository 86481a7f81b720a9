"""Levels, segments and tags of members in the console."""
