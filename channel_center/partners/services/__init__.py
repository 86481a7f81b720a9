"""What partners and the operator do with the tree of partners."""
