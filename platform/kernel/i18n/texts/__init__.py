"""Texts of the shop's own, in other languages: which there are, what is missing, files."""
