"""Tests of the figures of blocks."""
