"""Pages about work on many shops."""
