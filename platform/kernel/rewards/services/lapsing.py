"""Rewards that expire: told to members some days before, and to programmes afterwards.

The ledger takes what is expired, batch by batch (`kernel.ledger.services.expiry`). Here
members are told in time, each batch once, and programmes hear of what has gone, so that
what they had set aside for it is free again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from kernel.common.outbox.publishing import publish_many
from kernel.common.time import local_date, utc_now
from kernel.ledger.batches import Lapsed, lapsed_since
from kernel.ledger.models import Asset, Lot
from kernel.ledger.services import decimal_text
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.events import UnitsExpiring
from kernel.rewards.models import ExpiryNotice, Memory, Programme
from kernel.rewards.packs.loading import bundle
from kernel.rewards.permission import is_permitted
from kernel.rewards.services.programmes import handle
from kernel.tenancy.context import current_tenant

NOTICE: Final = timedelta(days=7)
"""How long before they are told."""
LAPSED: Final = "points.lapsed"
"""What a programme hears when units that it had paid have expired."""
_RANGE: Final = 500
_OVERLAP: Final = timedelta(days=2)
"""A journal may be committed after one that is later; nothing is told twice by looking again."""
_NOTE: Final = "clock"


def reward_assets() -> set[str]:
    """Return the codes of all assets of the ledger in which programmes pay or paid."""
    rows = Programme.objects.values_list("assets", flat=True)
    return {code for assets in rows for code in assets.values()}


def has_expiring(*, now: datetime) -> bool:
    """Tell whether any reward waits to expire that nobody was told of."""
    return _untold(now=now, until=None).exists()


def tell_of_expiring(*, now: datetime) -> int:
    """Tell members what will be gone within `NOTICE`; return how many messages there are.

    A run that was interrupted goes on; each batch is told of once.
    """
    told = 0
    while made := _tell_some(now=now):
        told += made
    return told


@transaction.atomic
def _tell_some(*, now: datetime) -> int:
    untold = _untold(now=now, until=now + NOTICE)
    ids = untold.order_by("account_id").values_list("account_id", flat=True)
    accounts = list(ids.distinct()[:_RANGE])
    lots = list(untold.filter(account_id__in=accounts).select_related("account").order_by("id"))
    made = ExpiryNotice.objects.bulk_create(
        [ExpiryNotice(lot_id=lot.id, told_at=now) for lot in lots], ignore_conflicts=True
    )
    if not made:
        return 0
    assets = Asset.objects.in_bulk({lot.account.asset_id for lot in lots})
    sums: dict[tuple[UUID, UUID, datetime], int] = {}
    for lot in lots:
        if lot.expires_at is not None:
            where = (lot.account.owner_id, lot.account.asset_id, lot.expires_at)
            sums[where] = sums.get(where, 0) + lot.remaining_minor
    publish_many(
        [
            (_event(member, assets[asset], at, minor), f"member:{member.hex}")
            for (member, asset, at), minor in sums.items()
        ]
    )
    return len(sums)


def _untold(*, now: datetime, until: datetime | None) -> Any:
    rows = Lot.objects.filter(
        ~Exists(ExpiryNotice.objects.filter(lot_id=OuterRef("id"))),
        account__owner_kind="member",
        account__asset__code__in=reward_assets(),
        remaining_minor__gt=0,
        expires_at__gt=now,
    )
    return rows if until is None else rows.filter(expires_at__lte=until)


def _event(member: UUID, asset: Asset, at: datetime, minor: int) -> UnitsExpiring:
    last = local_date(at - timedelta(microseconds=1), current_tenant().zone)
    return UnitsExpiring(member, asset.code, decimal_text(minor, asset.scale), str(last))


def hear_of_lapsed() -> int:
    """Tell live programmes what has expired of what they paid; return how many bookings it made.

    Each expiry of a member is told to a programme once. One whose approval has ended hears of
    it once it is approved anew.
    """
    told = 0
    for programme in Programme.objects.filter(state=ProgrammeState.LIVE).order_by("id"):
        if _listens(programme) and is_permitted(programme.packs, programme.parameters):
            told += _hear(programme)
    return told


def _listens(programme: Programme) -> bool:
    packs = bundle(programme.packs, sale=False)
    return any(rule["on"] == LAPSED for pack in packs for rule in pack.rules)


def _hear(programme: Programme) -> int:
    now = utc_now()  # ids of journals are of this clock, whatever time it is that a run is for
    note = Memory.objects.filter(programme=programme, kind=_NOTE, key=LAPSED).first()
    since = programme.created_at if note is None else datetime.fromisoformat(note.record["at"])
    names = {code: name for name, code in programme.assets.items()}
    found = list(lapsed_since(since - _OVERLAP, made_by=f"rewards:{programme.id.hex}:"))
    keys = {_key(one) for one in found}
    heard = set(
        Memory.objects.filter(programme=programme, kind="event", key__in=keys).values_list(
            "key", flat=True
        )
    )
    scales = dict(Asset.objects.filter(code__in=names).values_list("code", "scale"))
    told = 0
    for one in found:
        if _key(one) not in heard:
            told += len(handle(programme, _told(one, names[one.asset], scales[one.asset])))
    _remember(programme, now)
    return told


def _key(one: Lapsed) -> str:
    return f"lapsed:{one.journal_id}"


def _told(one: Lapsed, asset: str, scale: int) -> dict[str, Any]:
    points = str(Decimal(one.minor).scaleb(-scale))
    return {"type": LAPSED, "key": _key(one), "member": str(one.owner_id), "asset": asset,
            "points": points}  # fmt: skip


@transaction.atomic
def _remember(programme: Programme, now: datetime) -> None:
    held = Programme.objects.select_for_update().get(id=programme.id)
    note = Memory.objects.filter(programme=held, kind=_NOTE, key=LAPSED).first()
    if note is None:
        held.remembered += 1
        held.save(update_fields=["remembered"])
        note = Memory(programme=held, kind=_NOTE, key=LAPSED, number=held.remembered)
    note.record = {"at": now.isoformat()}
    note.save()
