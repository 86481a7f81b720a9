"""What is read of cases, each in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.aftersales.choices import CaseState
from kernel.aftersales.errors import UnknownCase
from kernel.aftersales.machine import OVER
from kernel.aftersales.models import Case, CaseEntry, CaseLine, CasePayout, CasePicture
from kernel.common.ids import InvalidId, parse_public_id
from kernel.orders.models import Order
from kernel.orders.selectors import visible_orders

_WIDTHS: Final = ("480", "1600")
_LONGEST: Final = 80
TASKS: Final = (
    ("answer", _("To be answered")),
    ("goods", _("Goods to look at")),
    ("replace", _("Replacements to send")),
    ("refund", _("Refunds that wait for somebody")),
    ("dispute", _("Disputes")),
    ("open", _("Everything open")),
)
_TASKS: Final = {
    "answer": Q(state=CaseState.REQUESTED),
    "goods": Q(state__in=(CaseState.SHIPPED_BACK, CaseState.RECEIVED)),
    "replace": Q(state=CaseState.REPLACING),
    "refund": Q(state=CaseState.REFUNDING, needs_staff=True),
    "dispute": Q(state=CaseState.DISPUTED),
    "open": ~Q(state__in=OVER),
}


@dataclass(frozen=True, slots=True)
class PictureShown:
    """Links to a picture, as a small one and a large one."""

    small: str
    large: str


@dataclass(slots=True)
class CaseDetail:
    """A case with everything about it."""

    case: Case
    order: Order
    lines: list[CaseLine]
    entries: list[tuple[CaseEntry, list[PictureShown]]]
    payouts: list[CasePayout] = field(default_factory=list)


def cases_of(*, member_id: UUID | None, groups: Sequence[UUID] = ()) -> QuerySet[Case]:
    """Return a buyer's cases, the newest first; a stranger's by what he placed."""
    own = Q(order__member=None, order__group__in=groups)
    if member_id is not None:
        own |= Q(member=member_id)
    return Case.objects.select_related("order__group").filter(own).order_by("-id")


def case_of(text: str, *, member_id: UUID | None, groups: Sequence[UUID] = ()) -> Case:
    """Return one of a buyer's cases by its number or public id.

    Raises:
        UnknownCase: there is none, or it is another's.
    """
    return _one(cases_of(member_id=member_id, groups=groups).filter(_named(text)))


def staff_case(text: str, permission: str) -> Case:
    """Return a case by its number or public id, for which whoever acts has a permission.

    Raises:
        UnknownCase: there is none, or whoever acts may not see it.
    """
    return _one(visible_cases(permission).filter(_named(text)))


def visible_cases(permission: str) -> QuerySet[Case]:
    """Return the cases for whose orders whoever acts has a permission."""
    rows = Case.objects.select_related("order__group", "member")
    return rows.filter(order__in=visible_orders(permission))


def searched(
    *,
    permission: str,
    text: str = "",
    state: str = "",
    kind: str = "",
    reason: str = "",
    task: str = "",
) -> QuerySet[Case]:
    """Return what staff look for, the newest first; what is empty narrows nothing.

    ``text`` is the beginning of a case's or order's number, a recipient, a telephone
    number or a tracking number. ``task`` is what has to be done.
    """
    rows = visible_cases(permission).order_by("-id")
    for name, value in (("state", state), ("kind", kind), ("reason", reason)):
        if value:
            rows = rows.filter(**{name: value})
    if task:
        rows = rows.filter(_TASKS[task])
    if wanted := text.replace("\x00", "").strip()[:_LONGEST]:
        rows = rows.filter(
            Q(number__startswith=wanted)
            | Q(order__address__phone=wanted)
            | Q(order__address__name=wanted)
            | Q(tracking=wanted)
            | Q(new_tracking=wanted)
        )
    return rows


def cases_on(order_id: UUID) -> list[Case]:
    """Return the cases of an order, the first first; one query."""
    return list(Case.objects.filter(order=order_id).order_by("id"))


def lines_of(cases: Sequence[Case]) -> dict[UUID, list[CaseLine]]:
    """Return the lines of cases; one query."""
    found: dict[UUID, list[CaseLine]] = defaultdict(list)
    rows = CaseLine.objects.select_related("line").filter(case__in=[each.pk for each in cases])
    for row in rows.order_by("case", "line__position"):
        found[row.case_id].append(row)
    return found


def detail_of(case: Case) -> CaseDetail:
    """Return everything about a case: four queries; its order is with it."""
    entries = list(CaseEntry.objects.filter(case=case).order_by("id"))
    pictures: dict[UUID, list[PictureShown]] = defaultdict(list)
    shown = CasePicture.objects.filter(entry__case=case).exclude(renditions={})
    for row in shown.order_by("entry", "position"):
        small, large = (default_storage.url(row.renditions[each]) for each in _WIDTHS)
        pictures[row.entry_id].append(PictureShown(small, large))
    return CaseDetail(
        case=case,
        order=case.order,
        lines=lines_of([case])[case.pk],
        entries=[(each, pictures[each.pk]) for each in entries],
        payouts=list(CasePayout.objects.filter(case=case).order_by("id")),
    )


def _named(text: str) -> Q:
    try:
        return Q(pk=parse_public_id("asc", text))
    except InvalidId:
        return Q(number=text.replace("\x00", "")[:52])


def _one(found: QuerySet[Case]) -> Case:
    case = found.first()
    if case is None:
        raise UnknownCase
    return case
