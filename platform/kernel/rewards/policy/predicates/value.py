"""Predicates on units of value, payment and tax."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kernel.rewards.policy.laws import BLOCK, WARN, Law
from kernel.rewards.policy.manifest import Manifest


def moving_price(manifest: Manifest, law: Law) -> Iterator[str]:
    """What is money, or prices something else, has a price that moves."""
    money = manifest.cash()
    for asset in manifest.assets:
        if asset.price != "const" and (
            asset.code in money or asset.values or asset.price == "admin"
        ):
            yield asset.code


def transferable(manifest: Manifest, law: Law) -> Iterator[str]:
    """Members can hand on what is money, can be bought or buys goods of some worth."""
    for asset in manifest.assets:
        if asset.transferable == "p2p":
            yield asset.code


def traded(manifest: Manifest, law: Law) -> Iterator[str]:
    """An asset lives on a chain, or is traded."""
    for asset in manifest.assets:
        if asset.on_chain or asset.tradeable:
            yield asset.code


def stored_value(manifest: Manifest, law: Law) -> Iterator[str]:
    """Prepaid money without registration, caps, expiry, refund or deposit."""
    for asset in manifest.assets:
        if asset.kind == "stored_value" and not asset.registered:
            yield asset.code


def foreign_acceptance(manifest: Manifest, law: Law) -> Iterator[str]:
    """Prepaid money that others than the issuer accept."""
    for asset in manifest.assets:
        if asset.kind == "stored_value" and asset.redeemable_at != "issuer":
            yield asset.code


def collected_for_others(manifest: Manifest, law: Law) -> Iterator[str]:
    """The shop takes money that belongs to other sellers."""
    for terms in manifest.terms:
        if not terms.seller_is_tenant and not terms.psp_split:
            yield "settlement"


def unknown_payee(manifest: Manifest, law: Law) -> Iterator[str]:
    """Money is paid out to somebody who is not known, or to another name."""
    for terms in manifest.terms:
        if not terms.kyc:
            yield "kyc"
        if not terms.payout_to_own_name:
            yield "payout_name"


def untaxed(manifest: Manifest, law: Law) -> Iterator[str]:
    """A rule pays money without a tax category, or nobody withholds the tax."""
    paying = manifest.paying()
    yield from (one.id for one in paying if not one.tax_category)
    if paying and not all(one.withholding_agent for one in manifest.terms):
        yield "withholding_agent"


def early_release(manifest: Manifest, law: Law) -> Iterator[str]:
    """Money is released before goods can no longer come back, or is never taken back."""
    for rule in manifest.paying():
        early = rule.event.startswith("order.") and rule.release == "immediate"
        if early or not rule.clawback:
            yield rule.id


def withheld(manifest: Manifest, law: Law) -> Iterator[str | tuple[str, str]]:
    """What was earned is cut, bound to purchases or held for others' purchases."""
    for terms in manifest.terms:
        if terms.paid_in_goods:
            yield "paid_in_goods"
        if terms.forced_purchase:
            yield "forced_purchase"
        if terms.freed_by_others:
            yield "freed_by_others"
        if terms.withdrawal_fee_pct > law.figure("fee_block_pct"):
            yield "withdrawal_fee", BLOCK
        elif terms.withdrawal_fee_pct > law.figure("fee_warn_pct"):
            yield "withdrawal_fee", WARN


def ad_reward(manifest: Manifest, law: Law) -> Iterator[str]:
    """Advertising pays more than it brought, or only to those who buy."""
    for terms in manifest.terms:
        if terms.ad_share_of_settled_pct > Decimal(100):
            yield "ad_share"
        if terms.ads_need_purchase:
            yield "ads_need_purchase"
