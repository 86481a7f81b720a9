"""Predicates on draws, goods and what is said to members."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.rewards.policy.laws import Law
from kernel.rewards.policy.manifest import Manifest


def no_after_sales(manifest: Manifest, law: Law) -> Iterator[str]:
    """Goods that may be returned by law cannot be returned."""
    if not all(one.after_sales for one in manifest.terms):
        yield "after_sales"


def paid_chance(manifest: Manifest, law: Law) -> Iterator[str]:
    """Entry costs money and who does not win gets no goods for it."""
    for draw in manifest.draws:
        if draw.paid_entry and not draw.loser_gets_goods:
            yield draw.id


def loser_paid(manifest: Manifest, law: Law) -> Iterator[str]:
    """Who does not win gets more money than he paid."""
    yield from (one.id for one in manifest.draws if one.loser_gets_cash)


def great_prize(manifest: Manifest, law: Law) -> Iterator[str]:
    """A prize is worth more than the law allows."""
    limit = law.constants.get("max_prize")
    yield from (one.id for one in manifest.draws if limit is not None and one.max_prize > limit)


def unprovable_draw(manifest: Manifest, law: Law) -> Iterator[str]:
    """A draw whose odds are not published, can change or cannot be recomputed."""
    for draw in manifest.draws:
        proven = draw.odds_published and draw.commit_reveal and not draw.editable
        if not proven or draw.log_years < law.figure("draw_log_years"):
            yield draw.id


def rigged_draw(manifest: Manifest, law: Law) -> Iterator[str]:
    """Somebody decides who wins, or takes part without being a buyer."""
    yield from (one.id for one in manifest.draws if one.rigged)


def unguarded_box(manifest: Manifest, law: Law) -> Iterator[str]:
    """A blind box without gate of age, list of banned goods and daily cap."""
    yield from (one.id for one in manifest.draws if one.blind_box and not one.guarded)


def periodic_purchase(manifest: Manifest, law: Law) -> Iterator[str]:
    """What was earned lapses for who does not go on buying."""
    if any(one.periodic_purchase for one in manifest.terms):
        yield "periodic_purchase"


def stock_loading(manifest: Manifest, law: Law) -> Iterator[str]:
    """A role is entered or kept by buying stock, or stock is not taken back."""
    for role in manifest.roles:
        stocked = "stock" in {role.entry, role.upkeep}
        if stocked or role.buy_back_pct < law.figure("buy_back_pct"):
            yield role.code


def promised_resale(manifest: Manifest, law: Law) -> Iterator[str]:
    """Goods are to be resold above their price, or their sale is promised."""
    for terms in manifest.terms:
        if terms.resale_above_cost or terms.resale_guaranteed:
            yield "resale"


def money_crowdfunding(manifest: Manifest, law: Law) -> Iterator[str]:
    """Backers are paid money."""
    if any(one.crowdfunding_pays_money for one in manifest.terms):
        yield "crowdfunding"


def minors(manifest: Manifest, law: Law) -> Iterator[str]:
    """Somebody under age may promote."""
    for role in manifest.roles:
        if role.minimum_age < law.figure("minimum_age"):
            yield role.code


def claims(manifest: Manifest, law: Law) -> Iterator[str]:
    """Words that promise income, safety or return."""
    banned = [str(word) for word in law.constants["banned_words"]]
    for text in manifest.copy:
        lowered = text.casefold()
        yield from (word for word in banned if word.casefold() in lowered)


def income_claims(manifest: Manifest, law: Law) -> Iterator[str]:
    """An example of income without what people usually earn and spend."""
    if any(one.income_example and not one.income_disclosed for one in manifest.terms):
        yield "income_example"


def free_claim(manifest: Manifest, law: Law) -> Iterator[str]:
    """Something is called free while a charge that cannot be avoided pays for it."""
    if any(one.free_with_charge for one in manifest.terms):
        yield "free"
