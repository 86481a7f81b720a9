"""Archives of tenants: one encrypted file that any installation of the product can read."""
