"""What a member earned by the modes of the shop, and why: each line with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, Sum

from kernel.ledger.batches import Expiring, expiring
from kernel.ledger.models import Account, Asset, Posting
from kernel.ledger.services import Owner
from kernel.members.models import Member
from kernel.orders.models import Order
from kernel.rewards.errors import UnknownPack
from kernel.rewards.models import Memory, Programme
from kernel.rewards.packs.loading import bundle
from kernel.rewards.progress import rank_called

KINDS: Final = "rewards."
"""How the kinds of journals begin that programmes book."""
MOST: Final = 100
_AVAILABLE: Final = "available"
_LOCKED: Final = "locked"
_ORDER: Final = re.compile(r"^([0-9a-f-]{36}):(\w+)")
_RATE: Final = re.compile(r"^pct\((\w+)(\[level - 1\])?, ")


@dataclass(frozen=True, slots=True)
class Total:
    """What a member has of one kind of reward, in units at the scale of the asset.

    Attributes:
        claimed: what left again: paid out, spent or used up.
    """

    asset: Asset
    available: int
    frozen: int
    claimed: int


@dataclass(frozen=True, slots=True)
class EarningLine:
    """One booking of a programme, as the member reads it.

    Attributes:
        minor: what was added, or taken back where it is below zero.
        is_frozen: it waits until the return window is over.
        is_released: nothing was earned; what was frozen became available.
        cause: what happened: ``order``, ``refund``, ``period``, ``released`` or ``other``.
        period: kind and first day of the period that paid it.
        order_number: of the order; empty where it is somebody else's.
        buyer: first letter of whose order it was; empty for the member's own.
        level: how far above the buyer the member stood; 0 where that decided nothing.
        rate: per cent of the order; empty where the rule pays another way.
        mode: names of the mode by language.
        rule: code of the rule.
    """

    id: UUID
    at: datetime
    minor: int
    is_frozen: bool
    is_released: bool
    cause: str
    period: tuple[str, str]
    order_number: str
    buyer: str
    level: int
    rate: str
    mode: Mapping[str, str]
    rule: str


@dataclass(frozen=True, slots=True)
class EarningPage:
    """Lines, the newest first; ``next_before`` asks for those after them, empty at the end."""

    lines: tuple[EarningLine, ...]
    next_before: str


def is_in_use() -> bool:
    """Tell whether the shop ever ran a mode."""
    return Programme.objects.exists()


def programmes() -> list[Programme]:
    """Return what runs or ran, the latest first."""
    return list(Programme.objects.order_by("-id"))


def totals_of(member_id: UUID) -> list[Total]:
    """Return what a member has of every kind of reward; money first."""
    codes = {code for each in programmes() for code in each.assets.values()}
    accounts: dict[UUID, dict[str, Account]] = {}
    rows = Account.objects.filter(
        owner_kind="member", owner_id=member_id, asset__code__in=codes
    ).select_related("asset")
    for row in rows:
        accounts.setdefault(row.asset_id, {})[row.state] = row
    earned = _earned([row.id for row in rows])
    found = []
    for states in accounts.values():
        asset = next(iter(states.values())).asset
        available, frozen = (
            states[state].balance_minor if state in states else 0 for state in (_AVAILABLE, _LOCKED)
        )
        came = sum(earned.get(row.id, 0) for row in states.values())
        found.append(Total(asset, available, frozen, max(came - available - frozen, 0)))
    return sorted(found, key=lambda each: (each.asset.kind != "commission", each.asset.code))


def expiring_of(member_id: UUID, asset: str, *, now: datetime) -> list[Expiring]:
    """Return how much of an asset a member loses when, the first first."""
    return expiring(Owner("member", member_id), [asset], now=now)


def _earned(account_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return what programmes brought to accounts, less what they took back; one query."""
    rows = Posting.objects.filter(account_id__in=account_ids, journal__kind__startswith=KINDS)
    sums = rows.order_by().values("account_id").annotate(minor=Sum("minor"))
    return {row["account_id"]: int(row["minor"]) for row in sums}


def earnings_of(member_id: UUID, asset: str, *, before: str = "", limit: int = 20) -> EarningPage:
    """Return a page of what programmes booked for a member, each line with its reason.

    Args:
        member_id: whose.
        asset: code of the asset in the ledger.
        before: the last page's `EarningPage.next_before`.
        limit: 1 to 100 lines.
    """
    accounts = Account.objects.filter(
        owner_kind="member", owner_id=member_id, asset__code=asset, state__in=(_AVAILABLE, _LOCKED)
    )
    rows = Posting.objects.filter(
        account__in=accounts, journal__kind__startswith=KINDS
    ).select_related("journal", "account")
    if cursor := _cursor(before):
        rows = rows.filter(journal_id__lt=cursor)
    size = max(1, min(limit, MOST))
    # A release has two postings of the member: both belong to one line.
    found = list(rows.order_by("-journal_id", "line")[: 2 * (size + 1)])
    journals: dict[UUID, list[Posting]] = {}
    for row in found:
        journals.setdefault(row.journal_id, []).append(row)
    shown = list(journals.items())[:size]
    last = shown[-1][0].hex if len(journals) > size else ""
    return EarningPage(tuple(_lines(member_id, shown)), last)


def _cursor(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _lines(
    member_id: UUID, journals: Sequence[tuple[UUID, Sequence[Posting]]]
) -> Iterable[EarningLine]:
    """Yield lines with reasons; four queries, however many they are."""
    keys = [str(rows[0].journal.data.get("event", "")) for _id, rows in journals]
    orders = _orders(keys)
    paid = _accruals(member_id, [str(one) for one in orders])
    names = {each.id.hex: each for each in programmes()}
    for (journal_id, rows), key in zip(journals, keys, strict=True):
        journal = rows[0].journal
        programme = names.get(journal.key.split(":")[1])
        rule = str(journal.data.get("rule", ""))
        matched = _ORDER.match(key)
        order = orders.get(UUID(matched.group(1))) if matched else None
        is_own = order is not None and order.member_id == member_id
        level = paid.get((str(order.id), rule), 0) if order is not None and not is_own else 0
        kept = {row.account.state: row.minor for row in rows}
        is_released = len(kept) > 1 and sum(kept.values()) == 0
        minor = max(kept.values()) if is_released else sum(kept.values())
        mode, rate = _mode(programme, rule, level)
        yield EarningLine(
            id=journal_id,
            at=journal.occurred_at,
            minor=minor,
            is_frozen=not is_released and bool(kept.get(_LOCKED)),
            is_released=is_released,
            cause=_cause(key, matched, is_released=is_released),
            period=_period(key),
            order_number=order.number if order is not None and is_own else "",
            buyer="" if order is None or is_own else _letter(order),
            level=level,
            rate=rate,
            mode=mode,
            rule=rule,
        )


def _orders(keys: Iterable[str]) -> dict[UUID, Order]:
    ids = {UUID(found.group(1)) for key in keys if (found := _ORDER.match(key))}
    rows = Order.objects.filter(id__in=ids).select_related("member") if ids else ()
    return {row.id: row for row in rows}


def _accruals(member_id: UUID, orders: Sequence[str]) -> dict[tuple[str, str], int]:
    """Return the level at which the member was paid, by order and rule; one query."""
    if not orders:
        return {}
    kinds = [f"accrual:{order}" for order in orders]
    rows = Memory.objects.filter(kind__in=kinds, record__to=str(member_id))
    found = {}
    for record in rows.values_list("record", flat=True):
        level = (record.get("binding") or {}).get("level", 0)
        found[str(record["order"]), str(record["rule"])] = int(float(level or 0))
    return found


def _cause(key: str, matched: re.Match[str] | None, *, is_released: bool) -> str:
    if is_released:
        return "released"
    if matched is not None:
        return "refund" if matched.group(2) == "refunded" else "order"
    return "period" if key.startswith("period:") else "other"


def _period(key: str) -> tuple[str, str]:
    if not key.startswith("period:"):
        return "", ""
    _word, kind, day = key.split(":", 2)
    return kind, day


def _letter(order: Order) -> str:
    member: Member | None = order.member
    return member.name[:1] if member is not None else ""


def _mode(programme: Programme | None, rule: str, level: int) -> tuple[Mapping[str, str], str]:
    """Return the names of the pack that has a rule, and the rate that the rule pays."""
    if programme is None:
        return {}, ""
    try:
        packs = bundle(programme.packs, sale=False)
    except UnknownPack:
        return {}, ""
    for pack in packs:
        for one in pack.rules:
            if one["id"] == rule:
                figures = {**pack.defaults(), **programme.parameters}
                return pack.names, _rate(str(one.get("amount", "")), figures, level)
    return {}, ""


def _rate(amount: str, figures: Mapping[str, Any], level: int) -> str:
    found = _RATE.match(amount)
    value = figures.get(found.group(1)) if found else None
    if found and found.group(2):
        at = level - 1
        value = value[at] if isinstance(value, list) and 0 <= at < len(value) else None
    return str(value) if isinstance(value, str | int | float) else ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member stands with the modes of the shop.

    Attributes:
        ranks: names of ranks that modes gave him.
        referred: orders of those whom he invited.
        spend: what he bought himself, as a decimal string.
    """

    ranks: tuple[str, ...]
    referred: int
    spend: str


_RANKS: Final = ("rank", "role", "stars")


def place_of(member_id: UUID) -> Place:
    """Return where a member stands: what the engines remember of him; one query."""
    live = Q(programme__state="live", kind="member", key=str(member_id))
    ranks: dict[str, None] = {}
    referred, spend = 0, "0"
    rows = Memory.objects.filter(live).select_related("programme").order_by("id")
    for programme, record in ((row.programme, row.record) for row in rows):
        for field in _RANKS:
            value = record.get(field)
            if value and str(value) != "0":
                stars = field == "stars"
                ranks[f"{value}★" if stars else rank_called(programme, str(value))] = None
        referred = max(referred, int(record.get("referred", 0)))
        spend = max(spend, str(record.get("spend", "0")), key=_figure)
    return Place(tuple(ranks), referred, spend)


def _figure(text: str) -> float:
    whole, _slash, part = text.partition("/")
    return float(whole) / float(part or 1)
