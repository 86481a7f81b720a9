"""Figures of what stands now: stock, reserves, draws, withdrawals, changes by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from kernel.aftersales.models import Case
from kernel.audit.models import AuditEntry
from kernel.common.secrets.services import get_secret
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.draws.models import Draw
from kernel.rewards.draws.selectors import audit, shown
from kernel.rewards.engine.numbers import number
from kernel.rewards.models import Programme
from kernel.rewards.monitors.catalogue import Monitor
from kernel.rewards.monitors.facts import paid_since, sales_since
from kernel.rewards.monitors.figures import Seen
from kernel.rewards.monitors.models import Confirmation
from kernel.rewards.packs.loading import Pack, bundle
from kernel.rewards.ranks import GIVEN
from kernel.rewards.services.programmes import MONEY
from kernel.rewards.services.stored import LedgerBook
from kernel.wallet.choices import State
from kernel.wallet.models import Withdrawal

BY_HAND: Final = (
    *("ledger.adjusted", "levels.set", "relations.transferred", "relations.released"),
    GIVEN,
)
UNLIKELY: Final = 0.001
_ENDLESS: Final = Decimal(999)
_OPEN: Final = (State.REQUESTED, State.CHECKED, State.APPROVED, State.PAYING, State.UNKNOWN)
_BROKEN: Final = (State.FAILED, State.RETURNED)

_STOCK: Final = """
    SELECT a.owner_id, a.balance_minor,
           coalesce((SELECT -sum(p.minor) FROM ledger_posting p
                     JOIN ledger_journal j ON j.id = p.journal_id
                     WHERE p.account_id = a.id AND p.minor < 0 AND j.occurred_at >= %s), 0)
    FROM ledger_account a
    WHERE a.owner_kind = 'member' AND a.state IN ('stock', 'goods') AND a.balance_minor > 0
"""


def stock(one: Monitor, now: datetime) -> Seen:
    """T4: for how many weeks the stock of the agent with the most lasts."""
    with connection.cursor() as cursor:
        cursor.execute(_STOCK, [now - timedelta(days=one.window_days)])
        rows = cursor.fetchall()
    weeks = one.window_days / 7
    found = [(who, _weeks(held, sold, weeks), held) for who, held, sold in rows]
    if not found:
        return Seen(None, {"agents": 0})
    member, most, held = max(found, key=lambda row: row[1])
    return Seen(most, {"agents": len(found), "member": str(member), "units": held})


def _weeks(held: int, sold: int, weeks: float) -> Decimal:
    if not sold:
        return _ENDLESS
    return min(Decimal(held * weeks / float(sold)).quantize(Decimal("0.1")), _ENDLESS)


def coverage(one: Monitor, now: datetime) -> Seen:
    """T6: what the reserve covers of the face value of units that are out."""
    lowest: Decimal | None = None
    found: dict[str, Any] = {}
    for row in Programme.objects.filter(state=ProgrammeState.LIVE):
        book = LedgerBook(row)
        for pack in bundle(row.packs):
            for code, asset in pack.assets.items():
                worth = _face(pack, code, row)
                reserve = str((asset.get("backing") or {}).get("reserve_account", ""))
                out = book.balance(f"issue:{code}", code)
                if not worth or not reserve or out <= 0:
                    continue
                owed = Decimal(out) * worth / Decimal(10) ** (int(asset["scale"]) - 2)
                share = (Decimal(book.balance(reserve, MONEY)) / owed).quantize(Decimal("0.0001"))
                lowest = share if lowest is None else min(lowest, share)
                found[code] = {"out": out, "owed": int(owed), "coverage": str(share)}
    return Seen(lowest, found)


def _face(pack: Pack, code: str, programme: Programme) -> Decimal:
    """Return what a unit of an asset is worth in money, by its face or its rate."""
    face = Decimal(str(float(number(pack.assets[code].get("face", 0)))))
    rate = {**pack.defaults(), **programme.parameters}.get("points_per_unit")
    return face or (1 / Decimal(str(rate)) if rate else Decimal(0))


def draws(one: Monitor, now: datetime) -> Seen:
    """T7: draws that are not what their seed gives, or far from their chances."""
    wrong: dict[str, Any] = {}
    rows = list(Draw.objects.filter(closes_at__gte=now - timedelta(days=one.window_days)))
    for each in shown(rows, now=now):
        seed = bytes.fromhex(str(get_secret(each.draw.secret)["seed"]))
        found = audit(each, seed=seed)
        if not found.is_right or found.likelihood < UNLIKELY:
            wrong[each.draw.public_id] = {
                "right": found.is_right,
                "likelihood": round(found.likelihood, 6),
            }
    return Seen(Decimal(len(wrong)) if rows else None, {"draws": len(rows), "wrong": wrong})


def returns(one: Monitor, now: datetime) -> Seen:
    """T8: reward-bearing orders with a refund or a complaint."""
    since = now - timedelta(days=one.window_days)
    bearing = {row.order for row in paid_since(since)}
    sales = {row.order: row for row in sales_since(since)}
    refunded = {order for order, row in sales.items() if row.is_refunded}
    cases = set(Case.objects.filter(order__in=list(sales)).values_list("order_id", flat=True))
    counted = {order for order in sales if order in bearing or order in refunded}
    bad = counted & (refunded | cases)
    found = {"orders": len(counted), "refunded": len(refunded), "complaints": len(cases)}
    if len(counted) < one.least:
        return Seen(None, found)
    return Seen((Decimal(len(bad)) / len(counted)).quantize(Decimal("0.0001")), found)


def withdrawals(one: Monitor, now: datetime) -> Seen:
    """T9: for how many days the oldest open withdrawal waits."""
    waiting = Withdrawal.objects.filter(state__in=_OPEN).order_by("created_at")
    first = waiting.values_list("created_at", flat=True).first()
    since = now - timedelta(days=one.window_days)
    failed = Withdrawal.objects.filter(state__in=_BROKEN, created_at__gte=since).count()
    days = Decimal((now - first).days) if first else Decimal(0)
    return Seen(days, {"waiting": waiting.count(), "failed": failed})


def by_hand(*, since: datetime) -> QuerySet[AuditEntry]:
    """Return the changes by hand that lack a reason or a second person, the newest first."""
    confirmed = Confirmation.objects.filter(entry_id=OuterRef("pk"))
    rows = AuditEntry.objects.filter(action__in=BY_HAND, occurred_at__gte=since)
    return rows.filter(Q(reason="") | ~Exists(confirmed)).order_by("-sequence")


def edits(one: Monitor, now: datetime) -> Seen:
    """T10: changes by hand that lack a reason or a second person."""
    since = now - timedelta(days=one.window_days)
    whole = AuditEntry.objects.filter(action__in=BY_HAND, occurred_at__gte=since).count()
    return Seen(Decimal(by_hand(since=since).count()), {"changes": whole})


OF_STANDING: Final = {
    "T4S": stock,
    "T6": coverage,
    "T7": draws,
    "T8": returns,
    "T9": withdrawals,
    "T10": edits,
}
