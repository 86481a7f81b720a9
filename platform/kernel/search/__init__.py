"""Search: what members find products by, what they looked for, what staff say about it."""
