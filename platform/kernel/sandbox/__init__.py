"""What the database itself refuses in a sandbox, from its birth on."""
