"""Draws that anybody can recompute: committed to beforehand, revealed afterwards."""
