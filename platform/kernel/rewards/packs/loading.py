"""Rule packs: bundles of rules as data, read from the files beside this module."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from kernel.rewards.errors import UnknownPack

FOLDER: Final = Path(__file__).parent / "data"
BASE: Final = "RETAIL"
OWN: Final = "OWN-"
"""How the codes of packs begin that shops compose themselves."""

Finder: TypeAlias = Callable[[str], Mapping[str, Any] | None]
_finders: Final[list[Finder]] = []


@dataclass(frozen=True, slots=True)
class Pack:
    """A mode as data.

    Attributes:
        parameters: every figure of the mode with kind, default and names; a tenant's
            own values stand over the defaults.
        lets: figures reckoned before the rules of a stage, in order.
        cap: the most that one order may pay in rewards, as an amount; empty for none.
    """

    code: str
    names: Mapping[str, str]
    confidence: str
    version: int
    parameters: Mapping[str, Mapping[str, Any]]
    assets: Mapping[str, Mapping[str, Any]]
    lets: Sequence[Mapping[str, Any]]
    rules: Sequence[Mapping[str, Any]]
    base: str = ""
    cap: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)

    def defaults(self) -> dict[str, Any]:
        """Return the value of every parameter that the pack itself gives."""
        return {name: spec.get("default") for name, spec in self.parameters.items()}


def read(document: Mapping[str, Any]) -> Pack:
    """Return a pack from its document."""
    return Pack(
        code=str(document["code"]),
        names=document["names"],
        confidence=str(document.get("confidence", "-")),
        version=int(document.get("version", 1)),
        parameters=document.get("parameters", {}),
        assets=document.get("assets", {}),
        lets=document.get("let", ()),
        rules=document["rules"],
        base=str(document.get("base", "")),
        cap=str(document.get("cap", "")),
        document=document,
    )


def set_own_packs(finder: Finder) -> None:
    """Say who knows the packs of the current shop; done once, while applications are loaded."""
    _finders[:] = [finder]


def pack(code: str) -> Pack:
    """Return the pack of a code: a published one, or one of the current shop's own."""
    if not code.startswith(OWN):
        return _published(code)
    document = next((found for one in _finders if (found := one(code)) is not None), None)
    if document is None:
        raise UnknownPack(pack=code)
    return read(document)


@lru_cache(maxsize=256)
def _published(code: str) -> Pack:
    path = FOLDER / f"{code}.json"
    if not code.replace("-", "").isalnum() or not path.is_file():
        raise UnknownPack(pack=code)
    return read(json.loads(path.read_text(encoding="utf-8")))


def codes() -> list[str]:
    """Return the codes of all published packs."""
    return sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != BASE)


def bundle(names: Sequence[str], *, sale: bool = True) -> list[Pack]:
    """Return packs with the rules of the sale that they stand on, each once and first.

    Args:
        names: codes of packs, in the order in which they run.
        sale: with those rules. A shop's own orders book the money of their sale.
    """
    chosen = [pack(name) for name in names]
    if not sale:
        return chosen
    bases = dict.fromkeys(one.base for one in chosen if one.base)
    return [*(pack(base) for base in bases), *chosen]
