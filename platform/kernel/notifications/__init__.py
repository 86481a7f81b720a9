"""Messages to members and staff about what happens in a shop."""
