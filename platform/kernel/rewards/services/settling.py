"""Settlement of many orders at once, and the daily release of a pool: set-based.

Rules that pay a fixed rate of an order to whoever stood above its buyer, or to a party
of it, need no engine: the database pays a range of due orders with one statement.
Each range is one transaction together with the note of how far the run has got, so a
run that dies goes on where it was and writes nothing twice. What a run writes is what
the engine pays order by order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Max, Min

from kernel.common.time import utc_now
from kernel.rewards.choices import SettlementState
from kernel.rewards.engine.numbers import number
from kernel.rewards.errors import NotSettable
from kernel.rewards.models import DueOrder, Programme, Settlement
from kernel.rewards.packs.loading import bundle
from kernel.rewards.permission import check_flowing

RANGE = 50_000
"""How many orders are paid in one transaction."""
_RATE: Final = re.compile(r"pct\((\w+)(\[level - 1\])?, order\.base\)")
_LEVELS: Final = re.compile(r"len\((\w+)\)|(\d+)")
_LEVEL: Final = re.compile(r"level == (\d+)")
_PARTY: Final = re.compile(r"order\.(\w+)")
_COMPLETED: Final = ("order.completed", ["order.completed"])
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Paying:
    """One rate of one rule, as the database needs it.

    Attributes:
        level: how far above the buyer, 0 for a party of the order.
        party: the part that is paid, empty for somebody above.
    """

    rule: int
    name: str
    level: int
    party: str
    numerator: int
    denominator: int


def settable(programme: Programme) -> list[Paying]:
    """Return the rates of a programme's rules.

    Raises:
        NotSettable: a rule depends on more than the order and who stood above.
    """
    found: list[Paying] = []
    packs = bundle(programme.packs)
    if any(pack.cap for pack in packs):
        raise NotSettable(rule="cap")
    figures = {name: value for pack in packs for name, value in pack.defaults().items()}
    figures.update(programme.parameters)
    for pack in packs:
        for rule in pack.rules:
            if rule.get("accrue", True):
                if rule["on"] not in _COMPLETED:
                    raise NotSettable(rule=str(rule["id"]))
                found.extend(_rates(rule, len(found), figures))
    return found


def _rates(rule: Mapping[str, Any], place: int, figures: Mapping[str, Any]) -> list[Paying]:
    name, spec = str(rule["id"]), rule.get("to")
    rate = _RATE.fullmatch(str(rule.get("amount", "")))
    # Orders are due once they cannot be returned: what is frozen longer needs the engine.
    late = rule.get("release", "immediate") not in {"immediate", "return_window"}
    only = {"when", "if", "limit", "cap", "share", "lead", "with", "then", "after"} & set(rule)
    expense = str(rule.get("from", "reward:")).startswith("reward:")
    money = rule.get("asset", "CNY") == "CNY" and "into" not in rule and expense
    if rate is None or only or late or not money or rate.group(1) not in figures:
        raise NotSettable(rule=name)
    value = figures[rate.group(1)]
    if isinstance(spec, str):
        party = _PARTY.fullmatch(spec)
        if party is None:
            raise NotSettable(rule=name)
        return [_paying(place, name, 0, party.group(1), value)]
    if not isinstance(spec, Mapping) or set(spec) - {"uplines", "where"}:
        raise NotSettable(rule=name)
    one = _LEVEL.fullmatch(str(spec.get("where", "")))
    if one is not None:
        return [_paying(place, name, int(one.group(1)), "", value)]
    if "where" in spec or rate.group(2) is None or _LEVELS.fullmatch(spec["uplines"]) is None:
        raise NotSettable(rule=name)
    return [_paying(place + at, name, at + 1, "", each) for at, each in enumerate(value)]


def _paying(place: int, name: str, level: int, party: str, rate: Any) -> Paying:
    share: Fraction = number(rate) / 100
    return Paying(place, name, level, party, share.numerator, share.denominator)


def settle(programme: Programme, key: str, *, told: Told | None = None) -> Settlement:
    """Pay all orders that are due, once; a run that was interrupted goes on.

    Args:
        programme: whose orders.
        key: what the run is for, for example the day; each key is settled once.
        told: told how many orders are done, and of how many.

    Raises:
        NotSettable: a rule of the programme needs the engine.
        RewardsHalted: a monitor has frozen rewards.
    """
    check_flowing()
    run = _begin(programme, key)
    rates = [Paying(**one) for one in run.rules]
    while run.state == SettlementState.RUNNING:
        run = _next_range(run.id, rates)
        if told is not None:
            told(run.done - run.first, run.last - run.first)
    if run.state == SettlementState.SUMMED:
        run = _add_up(run.id)
    return run


def _begin(programme: Programme, key: str) -> Settlement:
    with transaction.atomic():
        held = Programme.objects.select_for_update().get(id=programme.id)
        known = Settlement.objects.filter(programme=held, key=key).first()
        if known is not None:
            return known
        last = Settlement.objects.filter(programme=held).aggregate(at=Max("last"))["at"] or 0
        due = DueOrder.objects.filter(programme=held, number__gt=last)
        ends = due.aggregate(first=Min("number"), last=Max("number"))
        first = ends["first"] - 1 if ends["first"] is not None else last
        rates = [{name: getattr(one, name) for name in Paying.__slots__} for one in settable(held)]
        return Settlement.objects.create(
            programme=held, key=key, rules=rates, first=first, done=first,
            last=ends["last"] if ends["last"] is not None else last,
        )  # fmt: skip


_PAY_ABOVE: Final = """
    INSERT INTO rewards_settledline
        (settlement_id, order_number, rule, level, member_id, minor)
    SELECT %(run)s, due.number, rate.rule, rate.level, due.path[rate.level],
           due.base_minor * rate.numerator / rate.denominator
    FROM rewards_dueorder due
    CROSS JOIN unnest(%(rules)s::smallint[], %(levels)s::smallint[],
                      %(numerators)s::bigint[], %(denominators)s::bigint[])
        AS rate(rule, level, numerator, denominator)
    WHERE due.programme_id = %(programme)s
      AND due.number > %(done)s AND due.number <= %(until)s
      AND due.path[rate.level] IS NOT NULL
      AND due.base_minor * rate.numerator >= rate.denominator
"""
_PAY_PARTY: Final = """
    INSERT INTO rewards_settledline
        (settlement_id, order_number, rule, level, member_id, minor)
    SELECT %(run)s, due.number, rate.rule, 0, (due.parties ->> rate.party)::uuid,
           due.base_minor * rate.numerator / rate.denominator
    FROM rewards_dueorder due
    CROSS JOIN unnest(%(rules)s::smallint[], %(parties)s::text[],
                      %(numerators)s::bigint[], %(denominators)s::bigint[])
        AS rate(rule, party, numerator, denominator)
    WHERE due.programme_id = %(programme)s
      AND due.number > %(done)s AND due.number <= %(until)s
      AND due.parties ->> rate.party IS NOT NULL
      AND due.base_minor * rate.numerator >= rate.denominator
"""
_ADD_UP: Final = """
    INSERT INTO rewards_earning (settlement_id, member_id, minor, lines)
    SELECT settlement_id, member_id, sum(minor), count(*)
    FROM rewards_settledline
    WHERE order_number > %(first)s AND order_number <= %(last)s AND settlement_id = %(run)s
    GROUP BY settlement_id, member_id
"""


def _next_range(run_id: Any, rates: Sequence[Paying]) -> Settlement:
    """Pay the next range of orders and note how far the run has got, in one transaction."""
    with transaction.atomic():
        run = Settlement.objects.select_for_update().get(id=run_id)
        until = min(run.done + RANGE, run.last)
        if run.state == SettlementState.RUNNING and until > run.done:
            with connection.cursor() as cursor:
                for statement, chosen in (
                    (_PAY_ABOVE, [one for one in rates if not one.party]),
                    (_PAY_PARTY, [one for one in rates if one.party]),
                ):
                    if chosen:
                        cursor.execute(statement, _values(run, until, chosen))
        run.done = until
        if run.done >= run.last and run.state == SettlementState.RUNNING:
            run.state = SettlementState.SUMMED
        run.save(update_fields=["done", "state"])
        return run


def _values(run: Settlement, until: int, rates: Sequence[Paying]) -> dict[str, Any]:
    return {
        "run": run.id,
        "programme": run.programme_id,
        "done": run.done,
        "until": until,
        "rules": [one.rule for one in rates],
        "levels": [one.level for one in rates],
        "parties": [one.party for one in rates],
        "numerators": [one.numerator for one in rates],
        "denominators": [one.denominator for one in rates],
    }


def _add_up(run_id: Any) -> Settlement:
    """Add up what each member earns and close the run, in one transaction."""
    with transaction.atomic():
        run = Settlement.objects.select_for_update().get(id=run_id)
        if run.state == SettlementState.SUMMED:
            with connection.cursor() as cursor:
                cursor.execute(_ADD_UP, {"run": run.id, "first": run.first, "last": run.last})
            run.state, run.finished_at = SettlementState.DONE, utc_now()
            run.save(update_fields=["state", "finished_at"])
        return run


_RELEASE: Final = """
    INSERT INTO rewards_earning (settlement_id, member_id, minor, lines)
    WITH shares AS (
        SELECT member_id, weight::numeric * %(pool)s AS part, sum(weight) OVER () AS whole
        FROM unnest(%(members)s::uuid[], %(weights)s::bigint[]) AS held(member_id, weight)
        WHERE weight > 0
    ), floors AS (
        SELECT member_id, div(part, whole) AS minor, part %% whole AS remainder FROM shares
    ), ranked AS (
        SELECT member_id, minor,
               row_number() OVER (ORDER BY remainder DESC, member_id) AS place,
               %(pool)s - sum(minor) OVER () AS left_over
        FROM floors
    )
    SELECT %(run)s, member_id, minor + (place <= left_over)::int, 1 FROM ranked
    WHERE minor + (place <= left_over)::int > 0
"""


def release(
    programme: Programme, key: str, pool_minor: int, holdings: Mapping[Any, int]
) -> Settlement:
    """Share a pool out by holdings, exact to the unit, once for a key.

    Parts are rounded down and what is left goes to the greatest remainders, ties by
    member, so that they add up to the pool.

    Raises:
        RewardsHalted: a monitor has frozen rewards.
    """
    check_flowing()
    with transaction.atomic():
        held = Programme.objects.select_for_update().get(id=programme.id)
        known = Settlement.objects.filter(programme=held, key=key).first()
        if known is not None:
            return known
        at = Settlement.objects.filter(programme=held).aggregate(at=Max("last"))["at"] or 0
        run = Settlement.objects.create(
            programme=held, key=key, first=at, last=at, done=at, finished_at=utc_now(),
            state=SettlementState.DONE, rules=[{"name": "RELEASE", "pool": pool_minor}],
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                _RELEASE,
                {"run": run.id, "pool": pool_minor, "members": list(holdings),
                 "weights": list(holdings.values())},
            )  # fmt: skip
        return run
