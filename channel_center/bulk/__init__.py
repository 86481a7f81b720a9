"""The same done to many shops, in the background."""
