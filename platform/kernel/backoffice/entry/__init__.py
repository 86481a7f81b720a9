"""How members join and sign in, and what they agree to."""
