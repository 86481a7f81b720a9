"""Saved conditions on members, as queries: what segments are made of.

A criterion is a registered class, so that a module may bring its own: give it a code,
and `register_criterion` it while apps are loaded. Every fact is one as well.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Literal, TypeAlias

from django.db.models import Max, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.money import LARGEST_MINOR
from kernel.levels.choices import Match, Test
from kernel.levels.errors import InvalidSegment
from kernel.levels.facts import Fact, Scope, known_facts
from kernel.levels.models import Standing
from kernel.members.models import Address, Identity, MemberTag
from kernel.members.proven import CONTACTS
from kernel.orders.choices import OrderStatus
from kernel.orders.models import Order, OrderLine

MOST_CONDITIONS: Final = 20
MOST_WORDS: Final = 50
LONGEST_WORD: Final = 80
MOST_DAYS: Final = 3_660

ValueKind: TypeAlias = Literal["number", "amount", "days", "words"]
_NUMBERS: Final = (Test.AT_LEAST, Test.AT_MOST)
_WORDS: Final = (Test.ANY, Test.NONE)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, as it is stored.

    Attributes:
        value: a number, or words.
        days: what lies back further does not count; None for everything.
    """

    kind: str
    test: str
    value: Any
    days: int | None = None

    def stored(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {"kind": self.kind, "test": self.test, "value": self.value, "days": self.days}


class Criterion(ABC):
    """A kind of condition on members.

    Attributes:
        value_kind: what stands in its value.
        has_window: it takes ``days``.
        drifts: what it says changes with the day alone.
    """

    code: str
    label: str | Promise
    value_kind: ClassVar[ValueKind]
    has_window: ClassVar[bool] = False
    drifts: ClassVar[bool] = False

    @property
    def tests(self) -> Sequence[Test]:
        """How it can compare."""
        return _WORDS if self.value_kind == "words" else _NUMBERS

    @abstractmethod
    def query(self, condition: Condition, scope: Scope, *, now: datetime) -> Q:
        """Return which members it holds for.

        Args:
            condition: with a test and a value of its kind.
            scope: which members are asked about; others may be answered as one likes.
            now: the moment.
        """

    def checked_words(self, words: Sequence[str]) -> list[str]:
        """Return words as they are stored.

        Raises:
            InvalidSegment: one cannot be used.
        """
        return list(words)


class OfFact(Criterion):
    """A fact is at least, or at most, so much."""

    def __init__(self, fact: Fact) -> None:
        self.fact, self.code, self.label = fact, fact.code, fact.label
        self.value_kind = "amount" if fact.is_amount else "number"  # type: ignore[misc]
        self.has_window = fact.has_window  # type: ignore[misc]
        self.drifts = fact.has_window  # type: ignore[misc]

    @override
    def query(self, condition: Condition, scope: Scope, *, now: datetime) -> Q:
        days = condition.days
        since = now - timedelta(days=days) if days and self.has_window else None
        rows, value = self.fact.rows(scope, since=since), int(condition.value)
        if condition.test == Test.AT_LEAST:
            return Q() if value <= 0 else Q(pk__in=rows.filter(value__gte=value).values("who"))
        return ~Q(pk__in=rows.filter(value__gt=value).values("who"))


class Joined(Criterion):
    """The account is at least, or at most, so many days old."""

    code = "joined"
    label = gettext_lazy("Days since joining")
    value_kind = "days"
    drifts = True

    @override
    def query(self, condition: Condition, scope: Scope, *, now: datetime) -> Q:
        moment = now - timedelta(days=int(condition.value))
        if condition.test == Test.AT_LEAST:
            return Q(created_at__lte=moment)
        return Q(created_at__gte=moment)


class LastOrder(Criterion):
    """The last paid order is at least, or at most, so many days ago; who has none is left out."""

    code = "last_order"
    label = gettext_lazy("Days since the last order")
    value_kind = "days"
    drifts = True

    @override
    def query(self, condition: Condition, scope: Scope, *, now: datetime) -> Q:
        moment = now - timedelta(days=int(condition.value))
        paid = Order.objects.filter(member__isnull=False, paid_at__isnull=False)
        rows = scope.within(paid.exclude(status=OrderStatus.CANCELLED), "member_id").order_by()
        last = rows.values("member_id").annotate(at=Max("paid_at"))
        held = {"at__lte": moment} if condition.test == Test.AT_LEAST else {"at__gte": moment}
        return Q(pk__in=last.filter(**held).values("member_id"))


class _Words(Criterion):
    """One of some words holds, or none of them."""

    value_kind = "words"

    @override
    def query(self, condition: Condition, scope: Scope, *, now: datetime) -> Q:
        found = self.having(condition.value, scope)
        return found if condition.test == Test.ANY else ~found

    @abstractmethod
    def having(self, words: Sequence[str], scope: Scope) -> Q:
        """Return which members have one of some words."""


class OfLevel(_Words):
    """The member has one of some levels, by their codes."""

    code = "level"
    label = gettext_lazy("Level")

    @override
    def having(self, words: Sequence[str], scope: Scope) -> Q:
        rows = Standing.objects.filter(level__code__in=words, level__is_active=True)
        return Q(pk__in=scope.within(rows, "member_id").values("member_id"))


class Tagged(_Words):
    """The member bears one of some tags."""

    code = "tag"
    label = gettext_lazy("Tag")

    @override
    def having(self, words: Sequence[str], scope: Scope) -> Q:
        rows = MemberTag.objects.filter(name__in=words)
        return Q(pk__in=scope.within(rows, "member_id").values("member_id"))


class Bought(_Words):
    """The member paid for one of some products, by their public ids."""

    code = "bought"
    label = gettext_lazy("Bought a product")

    @override
    def having(self, words: Sequence[str], scope: Scope) -> Q:
        lines = OrderLine.objects.filter(
            product_id__in=[parse_public_id("prd", word) for word in words],
            order__member__isnull=False,
            order__paid_at__isnull=False,
        ).exclude(order__status=OrderStatus.CANCELLED)
        return Q(pk__in=scope.within(lines, "order__member_id").values("order__member_id"))

    @override
    def checked_words(self, words: Sequence[str]) -> list[str]:
        try:
            for word in words:
                parse_public_id("prd", word)
        except InvalidId:
            text = _("Products are named by their ids.")
            raise InvalidSegment(text, field=f"conditions.{self.code}") from None
        return list(words)


class Region(_Words):
    """An address of the member lies in a region, by the beginning of its code."""

    code = "region"
    label = gettext_lazy("Region code")

    @override
    def having(self, words: Sequence[str], scope: Scope) -> Q:
        found = Q()
        for word in words:
            found |= Q(region_code__startswith=word)
        rows = scope.within(Address.objects.filter(found), "member_id")
        return Q(pk__in=rows.values("member_id"))


class Contact(_Words):
    """The member can be reached by ``phone`` or ``email``."""

    code = "contact"
    label = gettext_lazy("Can be reached by")

    @override
    def having(self, words: Sequence[str], scope: Scope) -> Q:
        rows = scope.within(Identity.objects.filter(provider__in=words), "member_id")
        return Q(pk__in=rows.values("member_id"))

    @override
    def checked_words(self, words: Sequence[str]) -> list[str]:
        known = {str(each) for each in CONTACTS}
        if not set(words) <= known:
            text = _("One of these is expected: %(words)s.") % {"words": ", ".join(sorted(known))}
            raise InvalidSegment(text, field=f"conditions.{self.code}")
        return list(words)


_criteria: Final[dict[str, Criterion]] = {}


def register_criterion(criterion: Criterion) -> None:
    """Make a kind of condition known; the same code again replaces the earlier one."""
    _criteria[criterion.code] = criterion


def known_criteria() -> dict[str, Criterion]:
    """Return every kind of condition by its code; facts are among them."""
    return {**{fact.code: OfFact(fact) for fact in known_facts()}, **_criteria}


def checked_conditions(value: object) -> list[dict[str, Any]]:
    """Return conditions as they are stored.

    Raises:
        InvalidSegment: one cannot be read; ``field`` names it.
    """
    if not isinstance(value, (list, tuple)) or len(value) > MOST_CONDITIONS:
        raise InvalidSegment(field="conditions")
    return [_checked(each).stored() for each in value]


def query_of(
    conditions: Sequence[Mapping[str, Any]], match: str, scope: Scope, *, now: datetime
) -> Q:
    """Return which members conditions hold for.

    Where the module that brought a kind of condition is gone, they hold for nobody.
    """
    known, found = known_criteria(), Q()
    for number, stored in enumerate(conditions):
        criterion = known.get(stored["kind"])
        if criterion is None:
            return Q(pk__in=[])
        each = criterion.query(Condition(**stored), scope, now=now)
        if match == Match.ANY and not each:
            return Q()
        found = each if not number else (found | each if match == Match.ANY else found & each)
    return found


def drift(conditions: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether conditions change with the day alone."""
    known = known_criteria()
    return any(
        known[each["kind"]].drifts and (each.get("days") or not known[each["kind"]].has_window)
        for each in conditions
        if each["kind"] in known
    )


def _checked(value: object) -> Condition:
    if not isinstance(value, Mapping) or not set(value) <= {"kind", "test", "value", "days"}:
        raise InvalidSegment(field="conditions")
    criterion = known_criteria().get(str(value.get("kind", "")))
    if criterion is None:
        raise InvalidSegment(_("Not known."), field="conditions")
    field, test = f"conditions.{criterion.code}", str(value.get("test", ""))
    if test not in criterion.tests:
        raise InvalidSegment(_("It cannot be compared like this."), field=field)
    days = value.get("days")
    if days is not None and not (criterion.has_window and _is_whole(days, 1, MOST_DAYS)):
        raise InvalidSegment(_("The number of days cannot be used."), field=field)
    return Condition(criterion.code, test, _value(criterion, value.get("value"), field), days)


def _value(criterion: Criterion, value: object, field: str) -> object:
    if criterion.value_kind != "words":
        most = MOST_DAYS if criterion.value_kind == "days" else LARGEST_MINOR
        if not _is_whole(value, 0, most):
            raise InvalidSegment(_("A whole number is expected."), field=field)
        return value
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= MOST_WORDS:
        raise InvalidSegment(_("Name at least one."), field=field)
    words = [word for word in value if isinstance(word, str) and word and word.isprintable()]
    if len(words) < len(value) or any(len(word) > LONGEST_WORD for word in words):
        raise InvalidSegment(field=field)
    return criterion.checked_words(list(dict.fromkeys(words)))


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def register_all() -> None:
    """Make the kernel's own known."""
    for criterion in (
        *(Joined(), LastOrder(), OfLevel(), Tagged(), Bought(), Region(), Contact()),
    ):
        register_criterion(criterion)
