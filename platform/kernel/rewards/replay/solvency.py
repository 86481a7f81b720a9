"""Whether a mode can pay what it promised, from the balances of a book."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from kernel.rewards.engine.book import MemoryBook
from kernel.rewards.engine.engine import Engine
from kernel.rewards.engine.numbers import ZERO, amount, units

_SUMS: Final = {
    "sales": ("sales",),
    "other_income": ("income:",),
    "cogs": ("cogs",),
    "cash_rewards": ("reward:",),
    "other_exp": ("exp:",),
}
_DIGITS: Final = 4


def solvency(engine: Engine, book: MemoryBook) -> dict[str, Fraction | None]:
    """Return income, costs, rewards, the margin left and how far it covers promises.

    Coverage is the margin left after cash rewards over the face value of promises in
    unit assets that nothing backs; below 1 only later entrants could pay them.
    """
    sums: dict[str, Fraction] = dict.fromkeys(_SUMS, ZERO)
    face = ZERO
    for account, asset, minor in book.balances():
        if asset == "CNY":
            for name, prefixes in _SUMS.items():
                if account.startswith(prefixes):
                    sums[name] += amount(minor, 2)
        elif account == f"issue:{asset}":
            face += engine.outstanding(asset) * engine.face(asset)
    margin = sums["sales"] + sums["other_income"] - sums["cogs"]
    margin -= sums["cash_rewards"] + sums["other_exp"]
    figures: dict[str, Fraction | None] = {**sums}
    figures["margin_after_cash_rewards"] = margin
    figures["face_value_of_unfunded_promises"] = face
    figures["coverage"] = _ratio(max(margin, ZERO), face)
    figures["reward_to_sales"] = _ratio(sums["cash_rewards"], sums["sales"])
    return figures


def _ratio(above: Fraction, below: Fraction) -> Fraction | None:
    return amount(units(above / below, _DIGITS), _DIGITS) if below > 0 else None
