"""What members earn, on the storefront."""
