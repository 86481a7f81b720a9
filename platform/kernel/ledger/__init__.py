"""Assets, accounts and journals."""
