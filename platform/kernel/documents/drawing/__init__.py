"""Draws documents as PDF files, with every letter's shape inside."""

from __future__ import annotations

from kernel.documents.drawing.sheets import Sheet, draw, draw_story

__all__ = ["Sheet", "draw", "draw_story"]
