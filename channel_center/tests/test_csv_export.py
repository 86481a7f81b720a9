"""A list that is opened in a spreadsheet runs nothing."""

from __future__ import annotations

import pytest

from channel_center.console.csv_export import BYTE_ORDER_MARK, csv_lines, harmless


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "  =1", "＝1", "\r=1"])
def test_what_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_plain_text_stays_as_it_is() -> None:
    assert harmless("牡丹家 (2026)") == "牡丹家 (2026)"


def test_an_empty_list_still_has_its_heading() -> None:
    assert "".join(csv_lines(["名称"], [])) == f"{BYTE_ORDER_MARK}名称\r\n"
