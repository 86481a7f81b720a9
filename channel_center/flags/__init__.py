"""What is switched on for some shops first."""
