"""What looks like abuse of rewards, for people to decide; nothing is decided by itself."""
