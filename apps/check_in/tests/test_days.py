"""Days, runs, points and repairs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.check_in.errors import DayNotOpen, NoMakeUpLeft, NotEnoughPoints
from apps.check_in.models import CheckIn
from apps.check_in.plan import Plan
from apps.check_in.selectors import balance_of, month_of
from apps.check_in.services import Outcome, check_in, make_up
from kernel.audit.actor import Actor
from kernel.common.outbox.models import OutboxEvent
from kernel.levels.services import growth_of
from kernel.members.models import Member
from kernel.settings.services import set_settings

ZONE = "Asia/Shanghai"
NOON = datetime(2024, 5, 20, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def come(member: Member, *days: int, zone: str = ZONE) -> list[Outcome]:
    return [check_in(member.id, now=NOON + number * DAY, zone=zone) for number in days]


def test_the_points_of_the_cycle_begin_again_after_its_last_day(member: Member) -> None:
    outcomes = come(member, *range(8))

    assert [o.check_in.points for o in outcomes] == [1, 2, 3, 4, 5, 6, 10 + 20, 1]
    assert [o.check_in.streak for o in outcomes] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert balance_of(member.id) == 52


def test_a_second_tap_gives_nothing(member: Member) -> None:
    [first] = come(member, 0)

    again = check_in(member.id, now=NOON + timedelta(hours=3), zone=ZONE)

    assert (first.is_new, again.is_new) == (True, False)
    assert again.check_in == first.check_in
    assert CheckIn.objects.count() == 1
    assert OutboxEvent.objects.filter(name="check_in.checked_in").count() == 1


def test_each_day_gives_growth_once_where_the_shop_says_so(member: Member) -> None:
    before = come(member, 0)
    set_settings("check_in", {"growth": 5}, actor=Actor.system("tests"))

    come(member, 1, 1, 2)

    assert before[0].is_new
    assert growth_of(member.id) == 10


def test_a_missed_day_begins_a_new_run(member: Member) -> None:
    outcomes = come(member, 0, 1, 3)

    assert [o.check_in.streak for o in outcomes] == [1, 2, 1]


@pytest.mark.parametrize(
    ("zone", "moments"),
    [
        # Clocks go forward, and back: the days are 23 and 25 hours long.
        ("Europe/Berlin", ["2024-03-30T22:30", "2024-03-31T20:00", "2024-03-31T22:10"]),
        ("Europe/Berlin", ["2024-10-26T21:50", "2024-10-27T22:50", "2024-10-27T23:10"]),
        ("America/New_York", ["2024-03-10T04:59", "2024-03-10T05:01", "2024-03-11T04:01"]),
        # The end of a month, of a leap year's February, and of a year.
        ("Asia/Shanghai", ["2024-01-31T15:59", "2024-01-31T16:00", "2024-02-01T16:00"]),
        ("Asia/Shanghai", ["2024-02-28T04:00", "2024-02-29T04:00", "2024-03-01T04:00"]),
        ("Asia/Shanghai", ["2023-12-31T15:59", "2023-12-31T16:01", "2024-01-01T16:01"]),
    ],
)
def test_days_are_those_of_the_tenants_clock(member: Member, zone: str, moments: list[str]) -> None:
    outcomes = [
        check_in(member.id, now=datetime.fromisoformat(text).replace(tzinfo=UTC), zone=zone)
        for text in moments
    ]

    assert [o.check_in.streak for o in outcomes] == [1, 2, 3]


def test_a_repaired_day_joins_the_runs_around_it(member: Member) -> None:
    come(member, 0, 1, 2, 4, 5)

    outcome = make_up(member.id, day=date(2024, 5, 23), now=NOON + 5 * DAY, zone=ZONE)

    assert outcome.is_new
    assert (outcome.check_in.points, outcome.check_in.cost) == (0, 5)
    streaks = CheckIn.objects.order_by("day").values_list("streak", flat=True)
    assert list(streaks) == [1, 2, 3, 4, 5, 6]
    assert balance_of(member.id) == 1 + 2 + 3 + 1 + 2 - 5
    event = OutboxEvent.objects.filter(name="check_in.checked_in").latest("sequence")
    assert (event.payload["made_up"], event.payload["streak"]) == (True, 4)


def test_repairing_a_day_twice_costs_once(member: Member) -> None:
    come(member, 0, 1, 2, 4)
    day = date(2024, 5, 23)

    first = make_up(member.id, day=day, now=NOON + 4 * DAY, zone=ZONE)
    again = make_up(member.id, day=day, now=NOON + 4 * DAY, zone=ZONE)

    assert (first.is_new, again.is_new) == (True, False)
    assert balance_of(member.id) == 7 - 5


@pytest.mark.parametrize("day", [date(2024, 5, 30), date(2024, 5, 31), date(2024, 5, 11)])
def test_only_recent_past_days_can_be_repaired(member: Member, day: date) -> None:
    come(member, 0, 1, 2, 3)
    rows = CheckIn.objects.count()

    with pytest.raises(DayNotOpen):
        make_up(member.id, day=day, now=NOON + 10 * DAY, zone=ZONE)

    assert CheckIn.objects.count() == rows


def test_repairs_are_counted_in_the_month_in_which_they_are_made(member: Member) -> None:
    come(member, 0, 1, 2, 3, 4, 5, 6)
    now = NOON + 11 * DAY  # the last day of May
    make_up(member.id, day=date(2024, 5, 28), now=now, zone=ZONE)
    make_up(member.id, day=date(2024, 5, 29), now=now, zone=ZONE)

    with pytest.raises(NoMakeUpLeft):
        make_up(member.id, day=date(2024, 5, 30), now=now, zone=ZONE)

    assert make_up(member.id, day=date(2024, 5, 30), now=now + DAY, zone=ZONE).is_new


def test_a_repair_that_cannot_be_paid_changes_nothing(member: Member) -> None:
    come(member, 0, 2)

    with pytest.raises(NotEnoughPoints):
        make_up(member.id, day=date(2024, 5, 21), now=NOON + 2 * DAY, zone=ZONE)

    assert CheckIn.objects.count() == 2
    assert balance_of(member.id) == 2


def test_the_calendar_is_one_query(member: Member, django_assert_num_queries: object) -> None:
    come(member, 0, 1, 3)

    with django_assert_num_queries(1):  # type: ignore[operator]
        month = month_of(member.id, first=date(2024, 5, 1), today=date(2024, 5, 23), window=7)

    assert [day.day for day in month.days] == [20, 21, 23]
    assert (month.streak, month.balance, month.has_today) == (1, 4, True)


def test_the_calendar_of_another_month_still_knows_today(member: Member) -> None:
    come(member, 0, 1)

    month = month_of(member.id, first=date(2024, 1, 9), today=date(2024, 5, 22), window=7)

    assert (month.days, month.streak, month.balance, month.has_today) == ({}, 2, 3, False)


def test_the_tenants_own_plan_counts(member: Member) -> None:
    set_settings(
        "check_in",
        {"day_points": [7], "bonus_days": [2], "bonus_points": [50]},
        actor=Actor.system("tests"),
    )

    assert [o.check_in.points for o in come(member, 0, 1, 2)] == [7, 57, 7]


def test_a_member_with_days_can_be_deleted(member: Member) -> None:
    come(member, 0, 1)

    member.delete()

    assert not CheckIn.objects.exists()


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=12), st.integers(1, 400))
@settings(max_examples=50)
def test_every_day_of_a_run_has_the_points_of_its_place(cycle: list[int], streak: int) -> None:
    plan = Plan(tuple(cycle), {}, make_ups_per_month=0, make_up_cost=0, make_up_window=1)

    assert plan.points_for(streak) == cycle[(streak - 1) % len(cycle)]
