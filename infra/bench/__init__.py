"""Benchmarks: what Stoa does against what stock django-tenants does, in the same run."""
