"""Paper, letters and colours of documents."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, A5, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

MARGIN: Final = 18 * mm
PAPERS: Final = {"a4": A4, "a5": A5, "letter": LETTER}
FONT: Final = "DocuSansSC"
INK: Final = HexColor("#1c2430")
QUIET: Final = HexColor("#5b6675")
LINE: Final = HexColor("#cfd6de")
SHADE: Final = HexColor("#f3f5f8")
_FILE: Final = Path(__file__).parents[1] / "fonts" / "DocuSansSC-Regular.ttf"


def size_of(paper: str) -> tuple[float, float]:
    """Return how wide and high a paper is."""
    return PAPERS.get(paper, A4)


def room_of(paper: str) -> float:
    """Return how wide what stands on a paper is."""
    return size_of(paper)[0] - 2 * MARGIN


@cache
def load_font() -> str:
    """Make the font known, once for each process; files get the letters that they use."""
    pdfmetrics.registerFont(TTFont(FONT, str(_FILE)))
    return FONT


@cache
def style(
    size: float = 9,
    *,
    is_quiet: bool = False,
    is_right: bool = False,
    leading: float = 0,
    colour: str = "",
) -> ParagraphStyle:
    """Return how a paragraph is set. Lines are broken between any two Chinese letters."""
    return ParagraphStyle(
        f"{size}-{is_quiet}-{is_right}-{leading}-{colour}",
        fontName=load_font(),
        fontSize=size,
        leading=leading or size * 1.4,
        textColor=HexColor(colour) if colour else QUIET if is_quiet else INK,
        alignment=TA_RIGHT if is_right else 0,
        wordWrap="CJK",
    )
