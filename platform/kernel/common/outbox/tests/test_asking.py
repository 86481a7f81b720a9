"""Asking for delivery once for what was published together."""

from __future__ import annotations

from threading import Event
from time import monotonic

import pytest
from pytest_django import Settings

from kernel.common.outbox.asking import Asking

TOGETHER = 0.2


@pytest.fixture(autouse=True)
def _together(settings: Settings) -> None:
    settings.STOA_OUTBOX_TOGETHER_SECONDS = TOGETHER


def test_the_first_asks_at_once_and_the_rest_of_the_moment_once_more() -> None:
    asking, sent, again = Asking(), list[float](), Event()

    def send() -> None:
        sent.append(monotonic())
        if len(sent) > 1:
            again.set()

    for _ in range(20):
        asking.ask("a", send)

    assert len(sent) == 1
    assert again.wait(5)
    assert len(sent) == 2
    assert sent[1] - sent[0] >= TOGETHER * 0.9


def test_what_comes_after_the_later_message_is_asked_for_too() -> None:
    asking, sent, done = Asking(), list[int](), Event()

    def send() -> None:
        sent.append(len(sent))
        if len(sent) == 2:
            # Published while the second message is on its way.
            asking.ask("a", send)
        if len(sent) == 3:
            done.set()

    asking.ask("a", send)
    asking.ask("a", send)

    assert done.wait(5)


def test_nobody_waits_for_another_tenant() -> None:
    asking, sent = Asking(), list[str]()

    asking.ask("a", lambda: sent.append("a"))
    asking.ask("b", lambda: sent.append("b"))

    assert sent == ["a", "b"]
