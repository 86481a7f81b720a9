"""Forms that shops make up, and what people send with them."""
