"""Assets, accounts and journals: the tables."""
