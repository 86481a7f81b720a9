"""Puts documents on paper: one file for one document, or for hundreds."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, SimpleDocTemplate

from kernel.documents.drawing.paper import FONT, MARGIN, QUIET, load_font, size_of
from kernel.documents.drawing.parts import parts_of

_FOOT: Final = 12 * mm
# What reportlab leaves free within the margins.
_FRAME: Final = 6


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is drawn.

    Attributes:
        kind: of document, or ``pick_list``.
        language: in which it is written.
        zone: IANA name of the shop's clock.
        content: see `kernel.documents.contents`.
        logo: a picture; empty for none.
    """

    kind: str
    number: str
    issued_at: str
    language: str
    currency: str
    zone: str
    content: Mapping[str, Any]
    logo: bytes = b""
    paper: str = ""

    @property
    def layout(self) -> Mapping[str, Any]:
        """What the owner chose of how it looks."""
        found: Mapping[str, Any] = self.content.get("layout") or {}
        return found


def draw(sheets: Iterable[Sheet]) -> bytes:
    """Return a PDF file of sheets, each beginning on a page of its own.

    All are on the paper of the first one.
    """
    load_font()
    rows = list(sheets)
    paper = str(rows[0].layout.get("paper", "a4")) if rows else "a4"
    story: list[Flowable] = []
    title = ""
    for sheet in (replace(each, paper=paper) for each in rows):
        if story:
            story.append(PageBreak())
        title = title or sheet.number
        with translation.override(sheet.language):
            story += [_Begin(sheet.number, _("Page %(page)s of %(pages)s")), *parts_of(sheet)]
    return _bound(story, title=title, paper=paper)


def draw_story(number: str, parts: Iterable[Flowable], *, language: str) -> bytes:
    """Return a PDF file of parts that somebody else made, numbered below each page.

    The parts use `kernel.documents.drawing.paper`, so that every letter's shape is inside.
    """
    load_font()
    with translation.override(language):
        story = [_Begin(number, _("Page %(page)s of %(pages)s")), *parts]
    return _bound(story, title=number, paper="a4")


def _bound(story: list[Flowable], *, title: str, paper: str) -> bytes:
    file = io.BytesIO()
    template = SimpleDocTemplate(
        file,
        pagesize=size_of(paper),
        leftMargin=MARGIN - _FRAME,
        rightMargin=MARGIN - _FRAME,
        topMargin=MARGIN,
        bottomMargin=MARGIN + 6 * mm,
        title=title,
        # The same content gives the same file.
        invariant=1,
    )
    template.build(story, canvasmaker=_Numbered)
    return file.getvalue()


class _Begin(Flowable):
    """Takes no room; says which sheet the pages from here on belong to."""

    def __init__(self, number: str, words: str) -> None:
        super().__init__()
        self._told = (number, words)

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Take no room."""
        return 0, 0

    def draw(self) -> None:
        """Tell the canvas."""
        assert isinstance(self.canv, _Numbered)  # noqa: S101  `draw` chooses the canvas
        self.canv.begin_sheet(*self._told)


class _Numbered(Canvas):
    """A canvas that writes below each page which one it is of how many of its sheet."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._pages: list[dict[str, Any]] = []
        self._sheet = ("", "")
        self._order = 0

    def begin_sheet(self, number: str, words: str) -> None:
        """Let the present page be the first of a sheet."""
        self._sheet = (number, words)
        self._order += 1

    def showPage(self) -> None:  # noqa: N802  reportlab's name
        """Keep the page until it is known how many there are."""
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # the stubs leave it out

    def save(self) -> None:
        """Write all pages with their numbers."""
        totals = Counter(page["_order"] for page in self._pages)
        seen: Counter[int] = Counter()
        for page in self._pages:
            self.__dict__.update(page)
            seen[self._order] += 1
            self._write_foot(seen[self._order], totals[self._order])
            super().showPage()
        super().save()

    def _write_foot(self, page: int, pages: int) -> None:
        number, words = self._sheet
        self.setFont(FONT, 7.5)
        self.setFillColor(QUIET)
        self.drawString(MARGIN, _FOOT, number)
        text = words % {"page": page, "pages": pages} if words else ""
        width: float = self._pagesize[0]  # type: ignore[attr-defined]  # the stubs leave it out
        self.drawRightString(width - MARGIN, _FOOT, text)
