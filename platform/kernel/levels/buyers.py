"""A condition of promotions: the buyer has some level, belongs to a segment, or bears a tag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from typing_extensions import override

from kernel.levels.models import Level, Segment
from kernel.pricing.audience import LONGEST_GROUP, kinds_of
from kernel.promotions.case import BuyerFacts, CaseLine
from kernel.promotions.conditions import Condition, ShowAmount
from kernel.promotions.errors import InvalidPromotion

MOST: Final = 50
_KINDS: Final = frozenset({"level", "segment", "tag"})


class Belongs(Condition):
    """The member is in one of some groups: ``["level:gold", "segment:loyal"]``."""

    code = "belongs"

    @override
    def checked(self, value: object) -> list[str]:
        field = "conditions.belongs"
        if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= MOST:
            raise InvalidPromotion(_("Name at least one."), field=field)
        for each in value:
            if not isinstance(each, str) or len(each) > LONGEST_GROUP or not each.isprintable():
                raise InvalidPromotion(field=field)
            kind, _colon, name = each.partition(":")
            if kind not in _KINDS or not name:
                raise InvalidPromotion(_("Not known."), field=field)
        return list(dict.fromkeys(value))

    @override
    def kinds_of_groups(self, value: Any) -> set[str]:
        return kinds_of(value)

    @override
    def holds(self, value: Any, lines: Sequence[CaseLine], buyer: BuyerFacts) -> bool:
        return not buyer.groups.isdisjoint(value)

    @override
    def text(self, value: Any, show: ShowAmount) -> str:
        return _("for %(groups)s") % {"groups": ", ".join(group_names(value))}


def group_names(groups: Sequence[str]) -> list[str]:
    """Return what groups are called; two queries at most."""
    codes: dict[str, set[str]] = {"level": set(), "segment": set()}
    for each in groups:
        kind, _colon, name = each.partition(":")
        codes.setdefault(kind, set()).add(name)
    known: dict[str, str] = {}
    if codes["level"]:
        known |= {f"level:{x.code}": x.label for x in Level.objects.filter(code__in=codes["level"])}
    if codes["segment"]:
        rows = Segment.objects.filter(code__in=codes["segment"])
        known |= {f"segment:{row.code}": row.name for row in rows}
    return [known.get(each) or each.partition(":")[2] for each in groups]
