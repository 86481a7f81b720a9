"""Settings: one page for each schema that is declared, drawn from it."""
