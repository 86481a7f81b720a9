"""Languages, currencies and translations in the console."""
