"""Real PostgreSQL and Redis servers for a developer's machine and for tests.

Nothing here knows Django or the rest of the product, so that the demo, the
test run and a module author's own suite start their servers in the same way.
"""
