"""Predicates on levels, entry and recruiting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kernel.rewards.policy.laws import APPROVAL, BLOCK, Law
from kernel.rewards.policy.manifest import SPREADING, UPWARD, Manifest

_JOINING: Final = frozenset({"member.registered", "member.activated", "rank.promoted"})
_BOUGHT: Final = frozenset({"purchase", "fee", "deposit", "stock"})
_TEAM_DEPTH: Final = 3


def paid_depth(manifest: Manifest, law: Law) -> Iterator[str | tuple[str, str]]:
    """More generations are paid than the law allows."""
    for rule in manifest.paying():
        if rule.selector not in UPWARD:
            continue
        if rule.depth > law.figure("hard_depth"):
            yield rule.id, BLOCK
        elif rule.depth > law.figure("default_depth"):
            yield rule.id, APPROVAL


def placement(manifest: Manifest, law: Law) -> Iterator[str]:
    """Seats of a matrix are paid."""
    for rule in manifest.paying():
        if rule.selector == "placement_up" or rule.event == "placement.completed":
            yield rule.id


def team_pay(manifest: Manifest, law: Law) -> Iterator[str]:
    """Somebody is paid by what people two and more generations below him sell."""
    for rule in manifest.paying():
        deep = rule.selector in {"upline", "nearest"} and rule.depth >= _TEAM_DEPTH
        if deep or rule.selector in SPREADING or "team" in rule.counts:
            yield rule.id


def recruiting_pay(manifest: Manifest, law: Law) -> Iterator[str]:
    """Somebody is paid for bringing people in."""
    for rule in manifest.paying():
        if rule.event in _JOINING or "recruits" in rule.counts:
            yield rule.id


def bought_entry(manifest: Manifest, law: Law) -> Iterator[str]:
    """The right to be paid for others' orders has to be bought."""
    paying = {one.id: one for one in manifest.paying()}
    for role in manifest.roles:
        bought = role.entry in _BOUGHT and role.entry_amount > law.figure("entry_free")
        if bought and any(paying[rule].selector != "buyer" for rule in role.gates & set(paying)):
            yield role.code


def left_behind(manifest: Manifest, law: Law) -> Iterator[str]:
    """A line moves to another team and its former head goes on being paid."""
    for tree in manifest.trees:
        if tree.moves and tree.former_paid:
            yield tree.name


def no_retail(manifest: Manifest, law: Law) -> Iterator[str]:
    """A network is paid and nothing demands that most sales go to outsiders."""
    if all(one.retail_share_required for one in manifest.terms):
        return
    bought = {rule for role in manifest.roles if role.entry in _BOUGHT for rule in role.gates}
    for rule in manifest.paying():
        grows = rule.selector in UPWARD and (rule.depth > 1 or rule.id in bought)
        if grows or rule.selector in SPREADING or "team" in rule.counts:
            yield rule.id


def direct_selling(manifest: Manifest, law: Law) -> Iterator[str]:
    """Direct selling without licence, over more than one level or above the legal share."""
    for terms in manifest.terms:
        if not terms.direct_selling:
            continue
        if not terms.direct_selling_licence:
            yield "licence"
        for rule in manifest.paying():
            if rule.pct > law.figure("direct_selling_pct") or rule.depth > 1:
                yield rule.id
