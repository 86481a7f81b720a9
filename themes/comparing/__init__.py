"""Pages that are shown in two ways for a while, to see which of them sells (A/B)."""
