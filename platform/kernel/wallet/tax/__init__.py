"""Tax that is withheld when members are paid: categories as data, one pure reckoning."""
