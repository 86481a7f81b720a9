"""The predicates: each says what of a manifest offends one rule of law or engineering."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from kernel.rewards.policy.laws import Law
from kernel.rewards.policy.manifest import Manifest
from kernel.rewards.policy.predicates import funds, goods, structure, value

#: Yields what offends, by the name that the manifest gives it; a second member of a pair
#: is how grave it is where that differs from what the law says of the predicate.
Predicate = Callable[[Manifest, Law], Iterator[str | tuple[str, str]]]

PREDICATES: Final[dict[str, Predicate]] = {
    "S1": structure.paid_depth,
    "S2": structure.placement,
    "S3": structure.team_pay,
    "S4": structure.recruiting_pay,
    "S5": structure.bought_entry,
    "S6": structure.left_behind,
    "S7": structure.no_retail,
    "F1": funds.beyond_margin,
    "F2": funds.later_pay_earlier,
    "F3": funds.unbacked,
    "F4": funds.unfunded,
    "F5": funds.own_money_back,
    "F6": funds.long_release,
    "F7": funds.bought_share,
    "A1": value.moving_price,
    "A2": value.transferable,
    "A3": value.traded,
    "A4": value.stored_value,
    "A5": value.foreign_acceptance,
    "M1": value.collected_for_others,
    "M2": value.unknown_payee,
    "M3": value.untaxed,
    "M4": value.early_release,
    "M5": goods.no_after_sales,
    "M6": value.withheld,
    "D1": goods.paid_chance,
    "D2": goods.loser_paid,
    "D3": goods.great_prize,
    "D4": goods.unprovable_draw,
    "D5": goods.rigged_draw,
    "D6": goods.unguarded_box,
    "K1": goods.periodic_purchase,
    "K2": goods.stock_loading,
    "K3": goods.promised_resale,
    "K4": goods.money_crowdfunding,
    "K5": goods.minors,
    "K6": structure.direct_selling,
    "V1": value.ad_reward,
    "C1": goods.claims,
    "C2": goods.income_claims,
    "C3": goods.free_claim,
}
