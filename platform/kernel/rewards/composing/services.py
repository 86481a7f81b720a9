"""Composed packs: pieces put together, checked, judged and kept."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.rewards.composing.errors import PackInUse, UnknownPiece
from kernel.rewards.composing.models import OwnPack
from kernel.rewards.errors import PackRefused
from kernel.rewards.packs.checking import Problem, early_payouts, problems, told
from kernel.rewards.packs.loading import BASE, OWN, read
from kernel.rewards.policy.compiling import compiled
from kernel.rewards.policy.laws import jurisdictions
from kernel.rewards.policy.manifest import Manifest
from kernel.rewards.policy.models import Activation
from kernel.rewards.policy.verdicts import Verdict, judge

FILE: Final = Path(__file__).parent / "data" / "pieces.json"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a document amounts to: its problems, or its manifest with the verdicts on it."""

    problems: Sequence[Problem]
    manifest: Manifest | None = None
    verdicts: Mapping[str, Verdict] | None = None


@lru_cache(maxsize=1)
def pieces() -> Mapping[str, Mapping[str, Any]]:
    """Return the pieces that rules are made from, by name."""
    return dict(json.loads(FILE.read_text(encoding="utf-8")))


def empty(code: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a pack without rules."""
    return {
        "schema": "rewards.pack/1", "code": code, "version": 1, "names": dict(names),
        "confidence": "-", "base": BASE, "parameters": {}, "rules": [],
    }  # fmt: skip


def with_piece(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a document with the rules, figures and assets of a piece behind its own.

    What has the name of something that is there already gets a number of its own.

    Raises:
        UnknownPiece: of the name.
    """
    piece = pieces().get(name)
    if piece is None:
        raise UnknownPiece(piece=name)
    made = copy.deepcopy(dict(document))
    taken = {rule["id"] for rule in made.get("rules", ())} | set(made.get("parameters", {}))
    number = next(at for at in range(1, 100) if not taken & set(_names(piece, at)))
    told = json.dumps({key: piece[key] for key in ("parameters", "rules") if key in piece})
    for word in _names(piece, 1):
        if number > 1:
            told = _renamed(told, word, f"{word}{number}")
    new = json.loads(told)
    made["parameters"] = {**made.get("parameters", {}), **new.get("parameters", {})}
    made["rules"] = [*made.get("rules", ()), *new["rules"]]
    if assets := {**piece.get("assets", {}), **made.get("assets", {})}:
        made["assets"] = assets
    if "cap" in piece:
        made["cap"] = piece["cap"]
    return made


def seen(document: Mapping[str, Any], places: Sequence[str] = ()) -> Seen:
    """Return what a document amounts to, as it would be judged."""
    found = problems(document)
    if not found:
        pack = read(document)
        found = early_payouts(pack)
        if not str(document["code"]).startswith(OWN):
            found = [*found, Problem(str(document["code"]), "code_not_own", OWN)]
    if found:
        return Seen(found)
    manifest = compiled([pack], {})
    return Seen((), manifest, judge(manifest, places or jurisdictions()))


@transaction.atomic
def keep(document: Mapping[str, Any], *, actor: Actor, now: datetime) -> OwnPack:
    """Keep a composed pack under its code.

    Raises:
        PackRefused: something is wrong with it; ``problems`` name rule and fact.
        PackInUse: somebody asked to run the pack of this code.
    """
    found = seen(document).problems
    if found:
        raise PackRefused(problems=[told(one) for one in found])
    code = str(document["code"])
    row = OwnPack.objects.select_for_update().filter(code=code).first()
    if row is not None and row.document != document and is_asked_for(code):
        raise PackInUse(pack=code)
    row = row or OwnPack(code=code)
    row.document, row.made_by, row.changed_at = dict(document), actor.name[:80], now
    row.save()
    record(action="reward_composing.kept", actor=actor, obj=row,
           after={"name": code, "rules": [rule["id"] for rule in document["rules"]]},
           now=now)  # fmt: skip
    return row


def is_asked_for(code: str) -> bool:
    """Tell whether somebody ever asked to run a pack."""
    return Activation.objects.filter(packs__contains=[code]).exists()


def document_of(code: str) -> Mapping[str, Any] | None:
    """Return the document of a pack of the current shop."""
    return OwnPack.objects.filter(code=code).values_list("document", flat=True).first()


def own_codes() -> list[str]:
    """Return the codes of the shop's own packs."""
    return list(OwnPack.objects.order_by("code").values_list("code", flat=True))


def _names(piece: Mapping[str, Any], number: int) -> list[str]:
    words = [*(rule["id"] for rule in piece["rules"]), *piece.get("parameters", {})]
    return [word if number == 1 else f"{word}{number}" for word in words]


def _renamed(text: str, word: str, new: str) -> str:
    """Return a text with a word replaced where it stands alone."""
    parts, at = [], 0
    while (found := text.find(word, at)) >= 0:
        before, after = text[found - 1 : found], text[found + len(word) : found + len(word) + 1]
        alone = not (before.isalnum() or before == "_") and not (after.isalnum() or after == "_")
        parts += [text[at:found], new if alone else word]
        at = found + len(word)
    return "".join([*parts, text[at:]])
