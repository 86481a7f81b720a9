"""Languages, currencies and translations over the APIs."""
