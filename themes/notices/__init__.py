"""Messages in the storefront."""
