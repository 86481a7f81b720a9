"""Partners as a tree: terms, approval, people, holds, keys and webhooks."""
