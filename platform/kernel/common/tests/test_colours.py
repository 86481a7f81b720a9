"""A brand may choose any colour; its pages stay readable."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kernel.common.colours import READABLE, contrast, mark_svg, palette, palette_css

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def rgb(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


@given(COLOURS)
def test_text_on_and_in_any_colour_can_be_read(colour: str) -> None:
    found = palette(colour)

    assert contrast(rgb(found.brand), rgb(found.on_brand)) >= 4.1
    assert contrast(rgb(found.text), (255, 255, 255)) >= READABLE


def test_what_is_no_colour_never_reaches_a_style_sheet() -> None:
    assert palette_css("red;}body{display:none}") == palette_css("#1f6f5c")


def test_a_letter_that_is_markup_is_written_harmlessly() -> None:
    assert "&lt;</text>" in mark_svg("<script>", "#123456")
