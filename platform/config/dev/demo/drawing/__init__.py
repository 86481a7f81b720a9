"""Draws the demo's pictures: paths as in SVG, light, shadow and cloth."""
