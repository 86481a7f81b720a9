"""How shops do, day by day, for those who look after them."""
