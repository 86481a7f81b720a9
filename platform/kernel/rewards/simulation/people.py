"""Who takes part: members with sponsors, ranks and whatever else a mode asks of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final

from kernel.rewards.packs.loading import BASE, Pack
from kernel.rewards.simulation.outcomes import Account
from kernel.rewards.simulation.scenarios import Assumptions

Event = dict[str, Any]

ADDRESS: Final = "440000/440300/440305"
_AREAS: Final = ("province:440000", "city:440300", "district:440305")
_EARLY: Final = 20
_EVERY: Final = 4
_GUILD: Final = 30
_PARTY: Final = re.compile(
    r"\b(?:order|event)\.(ambassador|partner|region|leader|pickup|video|recruiter|locked_by"
    r"|service_provider|shop|merchant|owner|branch)\b"
)


class People:
    """The members of a simulated shop, in the order in which they came.

    Higher ranks are rarer: of each rank one in four has the next.
    """

    def __init__(
        self,
        packs: Sequence[Pack],
        figures: Mapping[str, Any],
        assumed: Assumptions,
        chance: Random,
    ) -> None:
        self._assumed, self._chance = assumed, chance
        self.accounts: dict[str, Account] = {}
        self.names: list[str] = []
        self._edges: list[str] = []
        self.parties = sorted({word for pack in packs for word in _parties(pack)})
        modes = [pack for pack in packs if pack.code != BASE]
        self.hears = {stage for pack in modes for rule in pack.rules for stage in _stages(rule)}
        self._ladders = _ladders(packs, figures)

    def join(self, day: int) -> Event:
        """Return the event by which somebody new comes."""
        at = len(self.names)
        name = f"M{at + 1}"
        kind = "member.registered" if "member.registered" in self.hears else "member.opened"
        event: Event = {"type": kind, "key": f"join:{name}", "member": name, **self._fields(at)}
        sponsor = self._sponsor()
        if sponsor is not None:
            event["sponsor"] = sponsor
            self._edges.append(sponsor)
        self.names.append(name)
        self.accounts[name] = Account(day)
        return event

    def _sponsor(self) -> str | None:
        """Who has referred many refers more: half of all referrals follow former ones."""
        if not self.names or self._chance.random() * 100 >= float(self._assumed.referred_pct):
            return None
        if self._edges and self._chance.random() < 1 / 2:
            return self._chance.choice(self._edges)
        return self._chance.choice(self.names)

    def _fields(self, at: int) -> dict[str, Any]:
        fields: dict[str, Any] = {
            field: ladder[_height(at, len(ladder))] for field, ladder in self._ladders.items()
        }
        if at == 1:
            fields["region_center"] = True
        fields["guild"] = f"G{at // _GUILD + 1}"
        if at % _GUILD == 0 and "role" not in fields:
            fields["role"] = "president"
        return fields

    def anybody(self) -> str:
        """Return some member."""
        return self._chance.choice(self.names)

    def early(self) -> str:
        """Return one of the first members: partners, agents, merchants."""
        return self._chance.choice(self.names[:_EARLY])

    def parts(self) -> dict[str, str]:
        """Return who has a part in an order, as far as a rule asks for it."""
        return {party: self.early() for party in self.parties}


def standing(packs: Sequence[Pack], figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures with people in the places that a shop fills in by name."""
    first = [f"M{at + 1}" for at in range(_EARLY)]
    places: dict[str, Any] = {
        "agents": {area: [[first[at], 1]] for at, area in enumerate(_AREAS)},
        "weights": {name: str(at + 1) for at, name in enumerate(first[:5])},
        "seated": first,
        "region_agent": first[0],
        "service_provider": first[1],
        "recruiter": first[2],
        "items": {"P1": {"value": "40", "odds": "50"}, "P2": {"value": "80", "odds": "50"}},
    }
    asked = {name for pack in packs for name in pack.parameters}
    empty = {name: one for name, one in places.items() if name in asked and not figures.get(name)}
    return {**figures, **empty}


def _height(at: int, rungs: int) -> int:
    """Return how high a member stands; the founder stands highest."""
    if at == 0:
        return rungs - 1
    height = 0
    while at % _EVERY == 0 and height < rungs - 1:
        at, height = at // _EVERY, height + 1
    return height


def _ladders(packs: Sequence[Pack], figures: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the ranks that rules look at, by the field of members, lowest first."""
    found: dict[str, list[str]] = {}
    for pack in packs:
        for rule in pack.rules:
            spec = rule.get("to")
            if not isinstance(spec, Mapping):
                continue
            rates = spec.get("diff_walk")
            if isinstance(rates, str) and isinstance(figures.get(rates), Mapping):
                found[str(spec.get("attr", "rank"))] = list(figures[rates])
        seniors = figures.get("senior_ranks") if "senior_ranks" in pack.parameters else None
        if seniors:
            found["rank"] = ["普通", *map(str, seniors)]
        prices = figures.get("prices") if "prices" in pack.parameters else None
        if isinstance(prices, Mapping):
            found["tier"] = [tier for tier in reversed(list(prices)) if tier != "retail"]
    return found


def _parties(pack: Pack) -> set[str]:
    return {word for rule in pack.rules for word in _PARTY.findall(str(dict(rule)))}


def _stages(rule: Mapping[str, Any]) -> list[str]:
    return rule["on"] if isinstance(rule["on"], list) else [rule["on"]]
