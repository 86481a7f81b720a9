"""A freight template as it is reckoned with: its lines of regions, found by an address."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any, Final
from uuid import UUID

from kernel.members.regions import enclosing
from kernel.shipping.choices import FreeMatch, Measure
from kernel.shipping.models import FreightTemplate
from kernel.shipping.places import EVERYWHERE, Where, canonical

_MOST_KEPT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Free:
    """When a delivery is free; None for what does not count.

    Attributes:
        amount_minor: goods worth at least so much after discounts.
        pieces: at least so many.
        grams: at most so heavy.
    """

    amount_minor: int | None = None
    pieces: int | None = None
    grams: int | None = None
    match: str = FreeMatch.ANY

    def holds(self, *, worth_minor: int, pieces: int, grams: int) -> bool:
        """Tell whether goods go free."""
        asked = []
        if self.amount_minor is not None:
            asked.append(worth_minor >= self.amount_minor)
        if self.pieces is not None:
            asked.append(pieces >= self.pieces)
        if self.grams is not None:
            asked.append(grams <= self.grams)
        return bool(asked) and (all if self.match == FreeMatch.ALL else any)(asked)


@dataclass(frozen=True, slots=True)
class Rule:
    """What bringing goods to some regions costs.

    Attributes:
        regions: their codes; ``*`` for everywhere that no other line names.
        delivers: False when nothing is brought there; `reasons` says why, by language.
        first: how much the first price covers: pieces, grams or cm³.
        first_minor: the first price.
        more: how much each further price covers; 0 when nothing more is charged.
        more_minor: the further price.
        surcharge_minor: for remote regions, once for a parcel, also when it is free.
    """

    regions: tuple[str, ...]
    delivers: bool = True
    first: int = 1
    first_minor: int = 0
    more: int = 0
    more_minor: int = 0
    surcharge_minor: int = 0
    free: Free = field(default_factory=Free)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def charge(self, units: int) -> int:
        """Return what so many units cost, the first ones at the first price."""
        return self.first_minor + self.further(units - self.first)

    def further(self, units: int) -> int:
        """Return what so many units cost, all at the further price."""
        return -(-units // self.more) * self.more_minor if self.more and units > 0 else 0

    def data(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {**asdict(self), "regions": list(self.regions), "reasons": dict(self.reasons)}


@dataclass(frozen=True, slots=True)
class Plan:
    """A template, ready to be asked.

    Attributes:
        above: of what the named regions are part: where only so much of an address is
            known, the rest of it decides.
    """

    id: UUID
    code: str
    name: str
    measure: str
    currency: str
    rules: tuple[Rule, ...]
    _index: Mapping[str, Rule]
    above: frozenset[str]

    def rule_for(self, where: Where) -> Rule | None:
        """Return the line of a place; None where the template says nothing."""
        for code in where.path:
            if code in self._index:
                return self._index[code]
        return self._index.get(EVERYWHERE)

    def is_decided(self, where: Where) -> bool:
        """Tell whether enough of a place is known to find its line.

        Outside China nobody is asked for a part of the country: without one, the line of
        the whole country is the right one.
        """
        return where.smallest not in self.above or where.is_whole


def rule_of(data: Mapping[str, Any]) -> Rule:
    """Return a line as it was stored."""
    told = {**data, "regions": tuple(data["regions"]), "free": Free(**data.get("free", {}))}
    return Rule(**told)


def plan_of(row: FreightTemplate) -> Plan:
    """Return a template, ready to be asked; each process keeps the latest ones."""
    key = (row.pk, row.version)
    found = _kept.get(key)
    if found is None:
        found = compiled(row)
        with _lock:
            _kept[key] = found
            while len(_kept) > _MOST_KEPT:
                _kept.popitem(last=False)
    return found


def compiled(row: FreightTemplate) -> Plan:
    """Make a template ready to be asked."""
    rules = tuple(rule_of(data) for data in row.rules)
    index: dict[str, Rule] = {}
    for rule in rules:
        for code in rule.regions:
            # Where two divisions became one, the line that stands first decides.
            index.setdefault(canonical(code), rule)
    return Plan(
        id=row.pk,
        code=row.code,
        name=row.name,
        measure=row.measure,
        currency=row.currency,
        rules=rules,
        _index=index,
        above=frozenset(_above(index)),
    )


def _above(codes: Iterable[str]) -> Iterable[str]:
    for code in codes:
        if code != EVERYWHERE:
            yield ""
            yield from enclosing(code)[1:]


def units_of(measure: str, *, pieces: int, grams: int, cm3: int) -> int:
    """Return how much a template counts."""
    return {Measure.PIECE: pieces, Measure.WEIGHT: grams, Measure.VOLUME: cm3}[Measure(measure)]


def named_regions(rules: Sequence[Rule]) -> list[str]:
    """Return every region that lines name."""
    return [code for rule in rules for code in rule.regions]


_kept: Final[OrderedDict[tuple[UUID, int], Plan]] = OrderedDict()
_lock: Final = Lock()
