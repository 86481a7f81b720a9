"""Messages in the console: the bell, the words, the rules, and what was sent."""
