"""Makes and changes price lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue import fields as checks
from kernel.catalogue.models import Variant
from kernel.common.money import DECIMALS, LARGEST_MINOR, Money
from kernel.common.outbox.codec import encode
from kernel.common.outbox.publishing import publish
from kernel.pricing.audience import checked_audience
from kernel.pricing.errors import (
    InvalidPrice,
    InvalidPriceList,
    ManagedPriceList,
    PriceListCodeTaken,
    UnknownPriceList,
    UnknownVariant,
)
from kernel.pricing.events import PriceListChanged
from kernel.pricing.list_rules import LARGEST_QUANTITY, checked_rules
from kernel.pricing.models import PriceHistory, PriceList, PriceListEntry, PriceListVersion
from kernel.pricing.values import NewEntry

MOST_ENTRIES: Final = 20_000
_HIGHEST_PRIORITY: Final = 1_000_000
# What decides on prices; a change of anything else leaves no trace in their history.
_RECORDED: Final = frozenset({"priority", "starts_at", "ends_at", "audience", "rules", "is_active"})


class PriceListFields(TypedDict, total=False):
    """What may be said of a price list; what is left out stays as it is."""

    name: str
    priority: int
    starts_at: datetime | None
    ends_at: datetime | None
    audience: Mapping[str, object]
    rules: Sequence[Mapping[str, object]]
    is_active: bool


_CHECKS: Final[Mapping[str, checks.Check]] = {
    "name": checks.line(200, needed=True),
    "priority": checks.whole(-_HIGHEST_PRIORITY, _HIGHEST_PRIORITY),
    "starts_at": checks.optional(checks.moment),
    "ends_at": checks.optional(checks.moment),
    "audience": lambda value, _field: checked_audience(value),
    "rules": lambda value, _field: checked_rules(value),
    "is_active": checks.switch,
}


@transaction.atomic
def create_price_list(
    *,
    code: str,
    currency: str,
    fields: PriceListFields,
    actor: Actor,
    now: datetime,
    managed_by: str = "",
) -> PriceList:
    """Make a price list without entries.

    Args:
        code: names it in files.
        currency: of its prices.
        fields: see `PriceList`.
        actor: who makes it.
        now: the moment.
        managed_by: what it belongs to, and by which alone it is changed.

    Raises:
        InvalidProduct, InvalidPriceList: a value cannot be used.
        PriceListCodeTaken: another list has the code.
    """
    values = checks.checked({"name": "", **fields}, _CHECKS)
    if currency not in DECIMALS:
        raise InvalidPriceList(field="currency")
    row = PriceList(
        code=str(checks.code(code, "code")), currency=currency, managed_by=managed_by, **values
    )
    _check_dates(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise PriceListCodeTaken(code=code) from error
    _remember_list(row, now=now)
    _tell(row, "created", actor, now=now, after={"code": code, "name": row.name})
    return row


@transaction.atomic
def change_price_list(
    price_list_id: UUID,
    fields: PriceListFields,
    *,
    actor: Actor,
    now: datetime,
    managed_by: str = "",
) -> PriceList:
    """Change some of a list's particulars. Dates to come need nothing to run when they come.

    Raises:
        UnknownPriceList: there is no such list.
        ManagedPriceList: it belongs to something else.
        InvalidProduct, InvalidPriceList: a value cannot be used.
    """
    values = checks.checked(fields, _CHECKS)
    row = _locked(price_list_id, managed_by=managed_by)
    before = {name: getattr(row, name) for name in values}
    changed = [name for name in values if values[name] != before[name]]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    _check_dates(row)
    row.save()
    if _RECORDED & set(changed):
        _remember_list(row, now=now)
    _tell(
        row,
        "changed",
        actor,
        now=now,
        before={name: encode(before[name]) for name in changed},
        after={name: encode(values[name]) for name in changed},
    )
    return row


@transaction.atomic
def set_entries(
    price_list_id: UUID, entries: Sequence[NewEntry], *, actor: Actor, now: datetime
) -> int:
    """Set or take away prices of a list: all of them, or none; return how many changed.

    Entries that are not named stay.

    Raises:
        UnknownPriceList, UnknownVariant: there is no such list or variant.
        InvalidPrice: a price or quantity cannot be used, or two for the same place.
    """
    row = _locked(price_list_id)
    wanted = {(item.variant_id, item.min_quantity): item for item in entries}
    if len(wanted) < len(entries) or len(entries) > MOST_ENTRIES:
        raise InvalidPrice(field="entries")
    for number, item in enumerate(entries):
        _check_entry(row, item, number)
    variants = {item.variant_id for item in entries}
    if Variant.objects.filter(pk__in=variants).count() < len(variants):
        raise UnknownVariant
    current = {
        (item.variant_id, item.min_quantity): item
        for item in PriceListEntry.objects.filter(price_list=row, variant__in=variants)
    }
    minors = {key: None if item.price is None else item.price.minor for key, item in wanted.items()}
    before = {key: item.minor for key, item in current.items()}
    changed = {key: minor for key, minor in minors.items() if minor != before.get(key)}
    if not changed:
        return 0
    gone = [current[key].id for key, minor in changed.items() if minor is None]
    PriceListEntry.objects.filter(pk__in=gone).delete()
    _write_entries(row, changed)
    _remember_entries(row, changed, now=now)
    _tell(row, "priced", actor, now=now, after={"entries": len(changed)})
    return len(changed)


@transaction.atomic
def copy_price_list(
    price_list_id: UUID, *, code: str, name: str, actor: Actor, now: datetime
) -> PriceList:
    """Make a list like another, not in use yet: to be changed, given dates and switched on.

    Raises:
        UnknownPriceList: there is no such list.
        InvalidProduct: the code or the name cannot be used.
        PriceListCodeTaken: another list has the code.
        InvalidPrice: it has more prices than are set at once.
    """
    source = _locked(price_list_id)
    fields: PriceListFields = {
        "name": name,
        "priority": source.priority,
        "starts_at": source.starts_at,
        "ends_at": source.ends_at,
        "audience": source.audience,
        "rules": source.rules,
        "is_active": False,
    }
    made = create_price_list(
        code=code, currency=source.currency, fields=fields, actor=actor, now=now
    )
    rows = PriceListEntry.objects.filter(price_list=source).order_by("id")
    entries = [
        NewEntry(row.variant_id, Money(row.minor, source.currency), row.min_quantity)
        for row in rows
    ]
    set_entries(made.pk, entries, actor=actor, now=now)
    return made


def _check_dates(row: PriceList) -> None:
    if row.starts_at and row.ends_at and row.starts_at >= row.ends_at:
        raise InvalidPriceList(_("This is before the beginning."), field="ends_at")


def _check_entry(row: PriceList, item: NewEntry, number: int) -> None:
    if not 1 <= item.min_quantity <= LARGEST_QUANTITY:
        raise InvalidPrice(field=f"entries.{number}.min_quantity")
    if item.price is None:
        return
    if item.price.currency != row.currency or not 0 <= item.price.minor <= LARGEST_MINOR:
        raise InvalidPrice(field=f"entries.{number}.price")


def _write_entries(row: PriceList, changed: Mapping[tuple[UUID, int], int | None]) -> None:
    PriceListEntry.objects.bulk_create(
        [
            PriceListEntry(price_list=row, variant_id=variant, min_quantity=least, minor=minor)
            for (variant, least), minor in changed.items()
            if minor is not None
        ],
        update_conflicts=True,
        unique_fields=["price_list", "variant", "min_quantity"],
        update_fields=["minor"],
    )


def _remember_entries(
    row: PriceList, prices: Mapping[tuple[UUID, int], int | None], *, now: datetime
) -> None:
    PriceHistory.objects.bulk_create(
        [
            PriceHistory(
                variant_id=variant,
                price_list=row,
                min_quantity=least,
                currency=row.currency,
                minor=minor,
                recorded_at=now,
            )
            for (variant, least), minor in prices.items()
        ],
        batch_size=5_000,
    )


def _remember_list(row: PriceList, *, now: datetime) -> None:
    kept = {name: getattr(row, name) for name in _RECORDED}
    PriceListVersion.objects.create(price_list=row, currency=row.currency, recorded_at=now, **kept)


def _locked(price_list_id: UUID, *, managed_by: str = "") -> PriceList:
    row = PriceList.objects.select_for_update(no_key=True).filter(pk=price_list_id).first()
    if row is None:
        raise UnknownPriceList
    if row.managed_by != managed_by:
        raise ManagedPriceList
    return row


def _tell(
    row: PriceList,
    change: str,
    actor: Actor,
    *,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    publish(
        PriceListChanged(price_list_id=row.id, change=change),
        aggregate=f"price_list:{row.id.hex}",
    )
    record(action=f"price_list.{change}", actor=actor, obj=row, before=before, after=after, now=now)
