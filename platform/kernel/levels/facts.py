"""What is known of members as figures: the ground of levels and of segments.

A fact is a registered class, so that a module may bring its own (a paid card is one):
give it a code, and `register_fact` it while apps are loaded.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db.models import Count, F, Min, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from kernel.ledger.choices import OwnerKind, State
from kernel.ledger.models import Account
from kernel.levels.errors import InvalidLevel
from kernel.orders.choices import OrderStatus
from kernel.orders.models import Order
from kernel.relations.models import Relation
from kernel.tenancy.context import current_tenant

GROWTH: Final = "growth"
"""Code of the asset, and of the fact."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which members are asked about; all without bounds.

    Attributes:
        ids: these alone.
        after, until: those whose ids lie between.
    """

    ids: Sequence[UUID] | None = None
    after: UUID | None = None
    until: UUID | None = None

    def within(self, rows: QuerySet[Any, Any], field: str) -> QuerySet[Any, Any]:
        """Return those of some rows whose field names such a member."""
        if self.ids is not None:
            rows = rows.filter(**{f"{field}__in": self.ids})
        if self.after is not None:
            rows = rows.filter(**{f"{field}__gt": self.after})
        if self.until is not None:
            rows = rows.filter(**{f"{field}__lte": self.until})
        return rows


EVERYBODY: Final = Scope()


class Fact(ABC):
    """A figure that is known of every member; nothing known is zero.

    Attributes:
        is_amount: in minor units of the shop's currency.
        has_window: what lies back further than some days can be left out.
    """

    code: ClassVar[str]
    label: ClassVar[Promise]
    is_amount: ClassVar[bool] = False
    has_window: ClassVar[bool] = False

    @abstractmethod
    def rows(self, scope: Scope, *, since: datetime | None) -> QuerySet[Any, Any]:
        """Return rows with ``who`` and ``value``, one for each member who has any."""

    def first(self, scope: Scope, *, since: datetime) -> QuerySet[Any, Any] | None:
        """Return rows with ``who`` and ``at``: the oldest that counts; None without a window."""
        return None


class Growth(Fact):
    """Growth in the ledger."""

    code = GROWTH
    label = _("Growth")

    @override
    def rows(self, scope: Scope, *, since: datetime | None) -> QuerySet[Any, Any]:
        accounts = Account.objects.filter(
            owner_kind=OwnerKind.MEMBER,
            asset__code=GROWTH,
            state=State.AVAILABLE,
            balance_minor__gt=0,
        )
        named = scope.within(accounts, "owner_id").values(who=F("owner_id"))
        return named.annotate(value=Sum("balance_minor"))


class _OfOrders(Fact):
    """What is counted from paid orders."""

    has_window = True

    def _orders(self, scope: Scope, since: datetime | None) -> QuerySet[Order]:
        rows = Order.objects.filter(
            member__isnull=False,
            paid_at__isnull=False,
            paid_minor__gt=F("refunded_minor"),
            currency=current_tenant().currency,
        ).exclude(status=OrderStatus.CANCELLED)
        if since is not None:
            rows = rows.filter(paid_at__gte=since)
        return scope.within(rows, "member_id")

    @override
    def first(self, scope: Scope, *, since: datetime) -> QuerySet[Any, Any]:
        rows = self._orders(scope, since).order_by().values(who=F("member_id"))
        return rows.annotate(at=Min("paid_at"))


class Spend(_OfOrders):
    """What was paid for orders and not paid back."""

    code = "spend"
    label = _("Spent")
    is_amount = True

    @override
    def rows(self, scope: Scope, *, since: datetime | None) -> QuerySet[Any, Any]:
        rows = self._orders(scope, since).order_by().values(who=F("member_id"))
        return rows.annotate(value=Sum(F("paid_minor") - F("refunded_minor")))


class Orders(_OfOrders):
    """Paid orders of which something was kept."""

    code = "orders"
    label = _("Orders")

    @override
    def rows(self, scope: Scope, *, since: datetime | None) -> QuerySet[Any, Any]:
        rows = self._orders(scope, since).order_by().values(who=F("member_id"))
        return rows.annotate(value=Count("id"))


class Invited(Fact):
    """Members whom he invited himself."""

    code = "invited"
    label = _("Members invited")

    @override
    def rows(self, scope: Scope, *, since: datetime | None) -> QuerySet[Any, Any]:
        rows = scope.within(Relation.objects.all(), "sponsor_id").order_by()
        return rows.values(who=F("sponsor_id")).annotate(value=Count("id"))


_facts: Final[dict[str, Fact]] = {}


def register_fact(fact: Fact) -> None:
    """Make a fact known; the same code again replaces the earlier one."""
    _facts[fact.code] = fact


def known_facts() -> tuple[Fact, ...]:
    """Return every fact, in the order in which they became known."""
    return tuple(_facts.values())


def fact_named(code: str) -> Fact:
    """Return a fact.

    Raises:
        InvalidLevel: there is none of this code.
    """
    found = _facts.get(code)
    if found is None:
        raise InvalidLevel(field="conditions")
    return found


def values_of(
    codes: Iterable[str], member_ids: Sequence[UUID], *, since: datetime | None
) -> Mapping[UUID, Mapping[str, int]]:
    """Return facts of members, one query for each fact; what is unknown by now is zero."""
    found: dict[UUID, dict[str, int]] = {key: {} for key in member_ids}
    for code in codes:
        if fact := _facts.get(code):
            for row in fact.rows(Scope(ids=member_ids), since=since):
                found[row["who"]][code] = int(row["value"] or 0)
    return found


def next_losses(
    codes: Iterable[str], member_ids: Sequence[UUID], *, now: datetime, window: timedelta
) -> Mapping[UUID, datetime]:
    """Return when the oldest of what counts for members no longer will."""
    found: dict[UUID, datetime] = {}
    for code in codes:
        fact = _facts.get(code)
        rows = fact.first(Scope(ids=member_ids), since=now - window) if fact else None
        for row in rows if rows is not None else ():
            moment = row["at"] + window
            found[row["who"]] = min(found.get(row["who"], moment), moment)
    return found


def register_all() -> None:
    """Make the kernel's own known."""
    for fact in (Growth(), Spend(), Orders(), Invited()):
        register_fact(fact)
