"""What the shop's visitors search for, and what staff do about it."""
