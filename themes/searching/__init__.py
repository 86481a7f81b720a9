"""Searching: what narrows lists down, what is proposed, what a member looked for."""
