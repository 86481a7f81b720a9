"""Predicates on where the money comes from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from kernel.rewards.policy.laws import Law
from kernel.rewards.policy.manifest import Manifest, Rule

_OF_ORDERS: Final = ("order.", "merchant.order.", "consign.", "restock.", "group.", "box.")
_ALL: Final = Decimal(100)


def beyond_margin(manifest: Manifest, law: Law) -> Iterator[str]:
    """All rules together may pay more of an order than it leaves, or nothing caps them."""
    paid = [one for one in manifest.rules if one.funding == "order" and (one.pct or one.unmeasured)]
    uncapped = [one.id for one in paid if one.unmeasured and one.cap is None]
    if uncapped:
        yield from uncapped
        return
    if paid and any(not terms.order_cap for terms in manifest.terms):
        yield "order_cap"
        return
    margins = [one.margin_pct for one in manifest.terms if one.margin_pct is not None]
    fees = max((one.fees_pct + one.platform_pct for one in manifest.terms), default=Decimal(0))
    room = min(margins) - fees if margins else law.figure("max_sup")
    if _most(paid, room) > room:
        yield from (one.id for one in paid)


def _most(paid: list[Rule], room: Decimal) -> Decimal:
    """Return what rules may pay of an order together, each pack up to its own cap."""
    packs: dict[tuple[str, Decimal | None], list[Rule]] = {}
    for rule in paid:
        packs.setdefault((rule.pack, rule.cap), []).append(rule)
    most = Decimal(0)
    for (_pack, cap), rules in packs.items():
        told = sum((one.pct for one in rules), Decimal(0))
        capped = None if cap is None else max(cap, Decimal(0)) * room / _ALL
        open_end = any(one.unmeasured for one in rules)
        if capped is not None:
            told = capped if open_end else min(told, capped)
        most += told
    return most


def later_pay_earlier(manifest: Manifest, law: Law) -> Iterator[str]:
    """Somebody is paid for a payment of his own out of what others pay after him."""
    money = manifest.cash()
    for rule in manifest.rules:
        becomes = rule.asset in money or _is_claim(manifest, rule.asset)
        if rule.own_payment and rule.funding == "order" and becomes:
            yield rule.id


def unbacked(manifest: Manifest, law: Law) -> Iterator[str]:
    """A promise with a face value is not covered by a reserve."""
    for asset in manifest.assets:
        if asset.face and asset.backing < 1:
            yield asset.code


def unfunded(manifest: Manifest, law: Law) -> Iterator[str]:
    """A rule that no order pays for has no budget behind it."""
    unchecked = any(not one.budget_checked for one in manifest.terms)
    for rule in manifest.rules:
        outside = not rule.event.startswith(_OF_ORDERS) and rule.funding == "none"
        if outside or (rule.funding == "budget" and unchecked):
            yield rule.id


def own_money_back(manifest: Manifest, law: Law) -> Iterator[str]:
    """A buyer gets too much of his own payment back as money, or is promised all of it."""
    most = law.figure("max_buyer_cash")
    own = [one for one in manifest.paying() if one.selector == "buyer"]
    if sum((one.pct for one in own), Decimal(0)) > most:
        yield from (one.id for one in own)
    if any(one.full_refund_target for one in manifest.terms):
        yield "full_refund_target"


def long_release(manifest: Manifest, law: Law) -> Iterator[str]:
    """Money is released over too long a time, or without an end."""
    money = manifest.cash()
    for schedule in manifest.schedules:
        if schedule.asset not in money:
            continue
        endless = schedule.kind == "pct_of_remaining" and not schedule.has_end
        if endless or schedule.horizon_days > law.figure("horizon_days"):
            yield schedule.asset


def bought_share(manifest: Manifest, law: Law) -> Iterator[str]:
    """A share of profit is got by paying or buying."""
    for rule in manifest.rules:
        if rule.entitled_by in {"purchase", "payment"}:
            yield rule.id


def _is_claim(manifest: Manifest, code: str) -> bool:
    return any(one.code == code and one.kind == "promise" for one in manifest.assets)
