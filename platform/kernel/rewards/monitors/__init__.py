"""What is watched while reward modes run: figures, limits, and what happens beyond them."""
