"""Languages and currencies that a shop offers, and its texts in other languages."""
