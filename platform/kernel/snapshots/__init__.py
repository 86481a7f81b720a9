"""What of a shop can be carried over to others: taken, compared, put, and taken back."""
