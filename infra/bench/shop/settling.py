"""Settling many orders at once beside the engine that takes one at a time."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import Any, Final
from uuid import UUID

from django.db import connection

from infra.bench.child import say
from infra.bench.shop.steps import the_shop
from kernel.rewards.models import DueOrder, Earning, Programme, SettledLine
from kernel.rewards.services import handle, open_programme, release, settle
from kernel.tenancy.context import tenant_context

_PACKS: Final = ("BD-03", "AD-05")
_POOL: Final = 1_234_567_891
_LEVELS: Final = 9
_ENTER: Final = """
    INSERT INTO rewards_dueorder
        (programme_id, order_key, buyer_id, base_minor, path, parties, due_at)
    SELECT %(programme)s, 'order-' || at, {buyer}, 100 + at * 7907 %% 500000,
           array_remove(ARRAY[{path}], NULL),
           jsonb_build_object('ambassador', {ambassador}, 'partner', {partner}), now()
    FROM generate_series(1, %(orders)s::bigint) AS at
    CROSS JOIN LATERAL (SELECT 1 + at * 7919 %% %(members)s AS s0) AS buyer
    {walk}
"""


def measure(orders: int, members: int, sample: int, released: int) -> dict[str, Any]:
    """Settle orders of a tree nine levels deep by three rules, and release a pool."""
    # Nothing has value in a sandbox, so no mode needs an approval there.
    with tenant_context(replace(the_shop(), kind="sandbox")):
        say("entering orders", 0, 1)
        programme = open_programme("Bench", _PACKS)
        _enter(programme, orders, members)
        started = perf_counter()
        done = settle(programme, "bench", told=lambda at, of: say("settling", at, of))
        seconds = perf_counter() - started
        rows = SettledLine.objects.count()
        say("one at a time", 0, sample)
        each, differing = _one_at_a_time(sample)
        started = perf_counter()
        shared = release(programme, "release", _POOL, {UUID(int=at + 1): 1 + at * 31 % 9973
                                                      for at in range(released)})  # fmt: skip
        release_seconds = perf_counter() - started
        parts = Earning.objects.filter(settlement=shared.id).values_list("minor", flat=True)
        return {
            "orders": done.done - done.first,
            "rows": rows,
            "seconds": seconds,
            "row_engine_seconds": each,
            "differing": differing,
            "released": released,
            "released_rows": len(parts),
            "release_seconds": release_seconds,
            "release_off": sum(parts) - _POOL,
        }


def _enter(programme: Programme, orders: int, members: int) -> None:
    walk = "".join(
        f"CROSS JOIN LATERAL (SELECT greatest(s{at} - 1 - s{at} * 7919 % 50, 0) AS s{at + 1})"
        f" AS up{at + 1}\n"
        for at in range(_LEVELS)
    ).replace("%", "%%")
    statement = _ENTER.format(
        buyer=_uuid("s0"),
        path=", ".join(f"CASE WHEN s{at} > 0 THEN {_uuid(f's{at}')} END" for at in range(1, 10)),
        ambassador=_uuid("(1 + at % 997)"),
        partner=_uuid("(1 + at % 499)"),
        walk=walk,
    )
    values: dict[str, Any] = {"programme": programme.id, "orders": orders, "members": members}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _uuid(expression: str) -> str:
    return f"lpad(to_hex({expression}::bigint), 32, '0')::uuid".replace("%", "%%")


def _one_at_a_time(sample: int) -> tuple[float, int]:
    """Return seconds an order of the engine, and how many orders it pays otherwise."""
    programme = open_programme("One at a time", _PACKS)
    taken = list(DueOrder.objects.order_by("number")[:: max(1, DueOrder.objects.count() // sample)])
    known: set[str] = set()
    seconds, differing = 0.0, 0
    for order in taken[:sample]:
        _open_line(programme, order, known)
        started = perf_counter()
        lines = handle(programme, _event(order))
        seconds += perf_counter() - started
        paid = sorted(
            (line.credit.split(":")[1], line.minor)
            for line in lines
            if line.debit.startswith("reward:")
        )
        settled = SettledLine.objects.filter(order_number=order.number)
        if paid != sorted((str(one.member_id), one.minor) for one in settled):
            differing += 1
    return seconds / len(taken[:sample]), differing


def _open_line(programme: Programme, order: DueOrder, known: set[str]) -> None:
    line = [str(order.buyer_id), *(str(one) for one in order.path)]
    for at in range(len(line) - 1, -1, -1):
        above = line[at + 1] if at + 1 < len(line) else None
        if line[at] not in known:
            known.add(line[at])
            handle(programme, {"type": "member.opened", "key": f"open:{line[at]}",
                               "member": line[at], "sponsor": above})  # fmt: skip


def _event(order: DueOrder) -> dict[str, Any]:
    paid = f"{order.base_minor // 100}.{order.base_minor % 100:02}"
    return {
        "type": "order.settled", "key": f"order:{order.order_key}", "order": order.order_key,
        "buyer": str(order.buyer_id), "paid": paid, **order.parties,
    }  # fmt: skip
