"""Whether modes could pay what they promise: told by simulations, asked at approvals."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from kernel.rewards.policy.models import Activation


class Reporter(Protocol):
    """Whoever has reports."""

    def attach(self, activation: Activation, *, now: datetime) -> None:
        """Hand in the report on what is asked for, or have one made."""

    def check(self, activation: Activation, *, now: datetime) -> None:
        """Refuse modes that could not pay when growth stops."""


_reporters: Final[list[Reporter]] = []


def set_reporter(reporter: Reporter) -> None:
    """Say who has reports; done once, while applications are loaded."""
    _reporters[:] = [reporter]


def attach(activation: Activation, *, now: datetime) -> None:
    """Hand in the report on what is asked for."""
    for reporter in _reporters:
        reporter.attach(activation, now=now)


def check(activation: Activation, *, now: datetime) -> None:
    """Refuse modes that could not pay when growth stops."""
    for reporter in _reporters:
        reporter.check(activation, now=now)
