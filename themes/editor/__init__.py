"""The editor of pages: its screens in the console, and the shop's pages inside it."""
