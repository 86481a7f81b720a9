"""What may be done with a case, and from where: one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from kernel.aftersales.choices import CaseState
from kernel.aftersales.errors import MoveRefused
from kernel.aftersales.models import Case

Move = Literal[
    "approve",
    "offer",
    "reject",
    "take_offer",
    "decline_offer",
    "cancel",
    "send_back",
    "receive",
    "inspect",
    "replace",
    "take_money",
    "dispute",
    "escalate",
    "arbitrate",
    "pay",
    "say",
]

_S = CaseState
OVER: Final = frozenset({_S.REFUNDED, _S.EXCHANGED, _S.REJECTED, _S.CANCELLED, _S.ARBITRATED})
"""Nothing is due any more."""
HOLDING: Final = frozenset(set(_S) - OVER - {_S.REFUNDING})
"""Pieces and money of the order are spoken for, and not taken off it yet."""

SOURCES: Final[Mapping[Move, frozenset[CaseState]]] = {
    "approve": frozenset({_S.REQUESTED}),
    "offer": frozenset({_S.REQUESTED, _S.OFFERED}),
    "reject": frozenset({_S.REQUESTED, _S.OFFERED}),
    "take_offer": frozenset({_S.OFFERED}),
    "decline_offer": frozenset({_S.OFFERED}),
    "cancel": frozenset({_S.REQUESTED, _S.OFFERED, _S.APPROVED, _S.DISPUTED}),
    "send_back": frozenset({_S.APPROVED, _S.SHIPPED_BACK}),
    "receive": frozenset({_S.APPROVED, _S.SHIPPED_BACK}),
    "inspect": frozenset({_S.SHIPPED_BACK, _S.RECEIVED}),
    "replace": frozenset({_S.REPLACING}),
    "take_money": frozenset({_S.PAYING}),
    "dispute": frozenset({_S.OFFERED, _S.REJECTED}),
    "escalate": frozenset({_S.DISPUTED}),
    "arbitrate": frozenset({_S.DISPUTED}),
    "pay": frozenset({_S.REFUNDING}),
    "say": frozenset(set(_S) - {_S.CANCELLED, _S.ARBITRATED}),
}


def may(case: Case, move: Move) -> bool:
    """Tell whether something may be done with a case as it is."""
    is_there = move == "escalate" and case.escalated_at is not None
    return case.state in SOURCES[move] and not is_there


def check(case: Case, move: Move) -> None:
    """Refuse what cannot be done with a case as it is.

    Raises:
        MoveRefused: not from here.
    """
    if not may(case, move):
        raise MoveRefused(move=move, state=str(case.state))
