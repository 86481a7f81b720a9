"""Apps of others, which staff let in by OAuth: registered, let in, given tokens, shut out."""
