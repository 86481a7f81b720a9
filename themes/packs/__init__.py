"""Themes for whole trades: pages, colours and sample words, ready to be put on."""
