"""Our side of each benchmark."""
