"""Simulated shops: what they show of honest modes and of schemes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kernel.rewards.packs.loading import bundle, codes
from kernel.rewards.simulation.errors import AssumptionRefused
from kernel.rewards.simulation.outcomes import Outcome
from kernel.rewards.simulation.running import simulate
from kernel.rewards.simulation.scenarios import CURVES, Assumptions, orders_by_day


def outcomes(*packs: str, orders: int = 120, **others: object) -> list[Outcome]:
    assumed = Assumptions.of({"orders": orders, "days": 40, **others})
    return simulate(bundle(packs, sale=False), {}, assumed)


def test_a_commission_out_of_the_margin_can_always_be_paid() -> None:
    """Given 10% on goods with half their price as margin; then each day everything is covered."""
    for one in outcomes("BD-01"):
        last = one.days[-1]
        assert one.solvent
        assert last.rewards > 0
        assert one.worst_payout == 1_000
        assert last.hand == last.margin - last.rewards + last.owed


def test_a_queue_cannot_pay_when_growth_stops() -> None:
    """Given claims of a whole order out of a fifth of each; then most are never paid."""
    steady, growth, stops = outcomes("CR-13")
    assert not any(one.solvent for one in (steady, growth, stops))
    assert stops.days[-1].promised > stops.days[-1].hand
    assert stops.lowest is not None
    assert stops.lowest < 5_000
    assert stops.cohorts[0].paid_back > stops.cohorts[-1].paid_back == 0


def test_the_same_seed_gives_the_same_report_and_another_seed_another() -> None:
    """Given a seed; when run again; then each figure is the same."""
    first, again = outcomes("BD-02", seed=7), outcomes("BD-02", seed=7)
    assert first == again
    assert outcomes("BD-02", seed=8) != first


def test_who_has_won_too_much_is_not_drawn_and_a_group_of_such_fails() -> None:
    """Given one win bars from the next; when groups go on; then the simulation does too."""
    assumed = Assumptions.of({"orders": 200, "days": 20, "repeat_pct": 90})
    found = simulate(bundle(["XR-01"], sale=False), {"win_block_red": "1"}, assumed)
    free = simulate(bundle(["XR-01"], sale=False), {"win_block_red": "0"}, assumed)
    for barred, all_win in zip(found, free, strict=True):
        assert 0 < barred.days[-1].sales < all_win.days[-1].sales


@pytest.mark.parametrize("code", codes())
def test_every_published_mode_can_be_simulated(code: str) -> None:
    """Given any mode; when a few orders come; then it is told how many are done, to the end."""
    said: list[tuple[int, int]] = []
    assumed = Assumptions(orders=24, days=31, refund_pct=Decimal(10))
    found = simulate(
        bundle([code], sale=False), {}, assumed, told=lambda done, of: said.append((done, of))
    )
    assert [one.curve for one in found] == list(CURVES)
    assert said[-1] == (72, 72)
    assert all(len(one.days) == 31 for one in found)


def test_growth_that_stops_has_no_orders_in_the_second_half() -> None:
    """Given growth that stops; then the second half of the days is empty, and none is lost."""
    days = orders_by_day(Assumptions(orders=1_000, days=60), "stops")
    assert sum(days) == 1_000
    assert set(days[30:]) == {0}


@pytest.mark.parametrize(
    "wrong",
    [{"orders": "0"}, {"orders": "1.5"}, {"price": "-1"}, {"refund_pct": "101"}, {"days": "x"},
     {"seed": "-1"}, {"price": "NaN"}, {"unknown": "1"}],
)  # fmt: skip
def test_figures_that_make_no_sense_are_refused_by_name(wrong: dict[str, str]) -> None:
    """Given a figure out of its bounds; when supposed; then it is refused by its name."""
    with pytest.raises(AssumptionRefused) as refusal:
        Assumptions.of(wrong)
    assert refusal.value.fields["name"] == next(iter(wrong))
