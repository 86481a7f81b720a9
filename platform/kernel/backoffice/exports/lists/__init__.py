"""Rows of lists that are had as files, beside those that stand with their pages."""
