"""Forms over the APIs."""
