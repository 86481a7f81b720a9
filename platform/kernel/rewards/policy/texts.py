"""A verdict in plain words: the rule that is offended, the law behind it, the lawful way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import get_language

from kernel.rewards.policy.verdicts import Finding, Verdict

FILE: Final = Path(__file__).parent / "data" / "texts.json"
NAMES: Final = Path(__file__).parent / "data" / "offenders.json"
WORDS: Final = Path(__file__).parent / "data" / "words.json"


@dataclass(frozen=True, slots=True)
class Explained:
    """A finding as it is shown; `named` is what offends, in words."""

    predicate: str
    severity: str
    offenders: tuple[str, ...]
    named: tuple[str, ...]
    rule: str
    law: str
    way: str


def explain(verdict: Verdict) -> list[Explained]:
    """Return the findings of a verdict in the language of the reader, gravest first."""
    order = {"block": 0, "approval": 1, "warn": 2}
    found = sorted(verdict.findings, key=lambda one: order[one.severity])
    return [_told(one, verdict.jurisdiction) for one in found]


def worded(words: Mapping[str, str]) -> str:
    """Return the words of the reader's language, of those that data files carry."""
    return words["zh" if (get_language() or "zh").startswith("zh") else "en"]


@lru_cache(maxsize=1)
def texts() -> Mapping[str, Any]:
    """Return rule, law and lawful way of every predicate.

    The law is one text, or one text for each place: who is judged by the law of one place
    is not told that of another.
    """
    return dict(json.loads(FILE.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def _names() -> Mapping[str, Mapping[str, str]]:
    return dict(json.loads(NAMES.read_text(encoding="utf-8")))


def called(offender: str) -> str:
    """Return what offends in words; of a shop's own rules the name that it gave them."""
    known = _names().get(offender)
    return worded(known) if known else offender


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return dict(json.loads(WORDS.read_text(encoding="utf-8")))


def payee_called(selector: str) -> str:
    """Return who a selector pays, in words."""
    known = _words()["payees"].get(selector)
    return worded(known) if known else selector


def event_called(event: str) -> str:
    """Return what has to happen for a rule to run, in words."""
    known = _words()["events"].get(event)
    return worded(known) if known else event


def _told(finding: Finding, place: str) -> Explained:
    words = texts()[finding.predicate]
    law = words["law"]
    return Explained(
        finding.predicate,
        finding.severity,
        finding.offenders,
        tuple(called(one) for one in finding.offenders),
        worded(words["rule"]),
        worded(law.get(place, law)),
        worded(words["way"]),
    )
