"""What the law of a place says of a reward mode, before anybody switches it on."""
