"""Ways to pay, behind one contract."""
