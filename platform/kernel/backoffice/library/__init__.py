"""The media library in the console."""
