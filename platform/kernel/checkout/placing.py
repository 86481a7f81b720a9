"""Places orders: one or thousands, in one transaction, by the same statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from kernel.audit.actor import Actor
from kernel.cart.services import forget_lines
from kernel.checkout.baskets import Placement
from kernel.checkout.claims import run_claims
from kernel.checkout.drafts import Draft, PipelineContext
from kernel.checkout.errors import PlacementRefused, TotalChanged
from kernel.checkout.pipeline import any_holds, run_holds, run_pipeline
from kernel.checkout.steps.stock import wants_of
from kernel.checkout.writing import OrderWriter, Placed
from kernel.common.db.kept import Kept, preparing
from kernel.common.db.writing import MANY, Writing
from kernel.common.errors import DomainError
from kernel.common.memory import resting
from kernel.inventory.services import Take, allocate_many
from kernel.orders.hooks import HookContext, run_hooks
from kernel.orders.models import Order, OrderGroup
from kernel.orders.policy import current_policy
from kernel.orders.services.money import settle_free_orders

_ATTEMPTS: Final = 3
# More at once costs more each: what is in memory has to be looked through again and again.
_TOGETHER: Final = 1000
_KNOWN: Final = "SELECT key, id, number FROM orders_ordergroup WHERE key = ANY(%s::uuid[])"
_KEY_TAKEN: Final = ("orders_placed_once", "orders_group_number", "orders_number")
_NUMBERED: Final = Kept(lambda number: OrderGroup.objects.filter(number=number), number=str)
_ORDERS_OF: Final = Kept(
    lambda group: (
        Order.objects.filter(group=group).order_by("number").values_list("number", flat=True)
    ),
    group=UUID,
)


@dataclass(frozen=True, slots=True)
class PlacingOutcome:
    """What became of one placement.

    Attributes:
        group_id: of the orders; None when it was refused.
        is_new: False when the key had placed before.
        placed: what became of it, when it is new.
    """

    group_id: UUID | None = None
    number: str = ""
    is_new: bool = True
    refusal: DomainError | None = None
    placed: Placed | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Ordered:
    """What one basket became.

    Attributes:
        numbers: of the group's orders.
    """

    group: OrderGroup
    numbers: Sequence[str]


def place_many(
    placements: Sequence[Placement], *, actor: Actor, now: datetime
) -> list[PlacingOutcome]:
    """Place orders, each all or nothing, all in one transaction.

    Leaves exactly what placing them one after the other would leave. A refused
    one changes nothing and does not touch the others.

    Returns:
        What became of each, in the order of the call.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with transaction.atomic(), resting() if len(placements) >= MANY else nullcontext():
                # One that is new in all likelihood is not asked for first: its key is unique.
                is_new = len(placements) == 1 and attempt == 1
                return _place_all(placements, is_new=is_new, actor=actor, now=now)
        except IntegrityError as error:
            # Somebody placed with the same key at the same moment; now it can be seen.
            if attempt == _ATTEMPTS or not any(name in str(error) for name in _KEY_TAKEN):
                raise
    raise AssertionError("unreachable")


def place_one(placement: Placement, *, actor: Actor, now: datetime) -> OrderGroup:
    """Place one basket and return its group; see `order_one`."""
    return order_one(placement, actor=actor, now=now).group


def order_one(placement: Placement, *, actor: Actor, now: datetime) -> Ordered:
    """Place one basket; the same key again returns what it placed.

    Raises:
        PlacementRefused: it cannot be bought as it is; ``refusals`` says why.
        TotalChanged: it costs something else than was expected.
    """
    [outcome] = place_many([placement], actor=actor, now=now)
    if outcome.refusal is not None:
        raise outcome.refusal
    if outcome.placed is not None:
        parts = outcome.placed.parts
        return Ordered(outcome.placed.group(now), sorted(part.number for part in parts))
    [group] = _NUMBERED(number=outcome.number)
    return Ordered(group, _ORDERS_OF(group=group.pk))


def _place_all(
    placements: Sequence[Placement], *, is_new: bool, actor: Actor, now: datetime
) -> list[PlacingOutcome]:
    outcomes: list[PlacingOutcome] = []
    for run in _runs(placements):
        outcomes += _place_run(run, is_new=is_new, actor=actor, now=now)
    return outcomes


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A placement with its stored key, which costs something to make."""

    key: UUID
    placement: Placement


def _runs(placements: Sequence[Placement]) -> Iterator[list[_Keyed]]:
    """Cut the batch where a buyer or a key comes again, whose second must see the first."""
    run: list[_Keyed] = []
    seen: set[object] = set()
    for placement in placements:
        key = placement.stored_key()
        marks = {key, placement.basket.shopper.member_id or key}
        if len(run) == _TOGETHER or marks & seen:
            yield run
            run, seen = [], set()
        run.append(_Keyed(key, placement))
        seen |= marks
    if run:
        yield run


def _place_run(
    run: Sequence[_Keyed], *, is_new: bool, actor: Actor, now: datetime
) -> list[PlacingOutcome]:
    known = {} if is_new else _known([each.key for each in run])
    new = [each for each in run if each.key not in known] if known else run
    drafts = [Draft(each.placement.basket) for each in new]
    context = PipelineContext(now=now, is_placing=True)
    run_pipeline(drafts, context)
    refusals: dict[int, DomainError] = {}
    accepted: list[Placed] = []
    for place, (each, draft) in enumerate(zip(new, drafts, strict=True)):
        refusal = _refusal(each.placement, draft)
        if refusal is None:
            accepted.append(Placed(each.key, draft, place))
        else:
            refusals[place] = refusal
    placed = _take(accepted, refusals, context=context, actor=actor)
    _write(placed, actor=actor, now=now)
    by_place = {each.place: each for each in placed}
    # Whoever was refused may have placed with this key a moment ago.
    again = _known([new[place].key for place in refusals]) if refusals else {}
    outcomes = iter(
        PlacingOutcome(by_place[place].group_id, by_place[place].number, placed=by_place[place])
        if place in by_place
        else _refused_outcome(again.get(each.key), refusals[place])
        for place, each in enumerate(new)
    )
    if not known:
        return list(outcomes)
    return [
        PlacingOutcome(*known[each.key], is_new=False) if each.key in known else next(outcomes)
        for each in run
    ]


def _known(keys: Sequence[UUID]) -> dict[UUID, tuple[UUID, str]]:
    with preparing(), connection.cursor() as cursor:
        cursor.execute(_KNOWN, [list(keys)])
        return {key: (group_id, number) for key, group_id, number in cursor.fetchall()}


def _refused_outcome(again: tuple[UUID, str] | None, refusal: DomainError) -> PlacingOutcome:
    return (
        PlacingOutcome(refusal=refusal) if again is None else PlacingOutcome(*again, is_new=False)
    )


def _refusal(placement: Placement, draft: Draft) -> DomainError | None:
    if draft.refusals:
        return refused(draft)
    if placement.expected_total is not None and placement.expected_total != draft.total:
        return TotalChanged(
            total=draft.total.decimal(),
            expected=placement.expected_total.decimal(),
            currency=draft.currency,
        )
    return None


def refused(draft: Draft) -> PlacementRefused:
    """Return a draft's refusals as one error."""
    return PlacementRefused(
        refusals=[
            {"code": each.code, "title": str(each.title), "line": each.line, **each.fields}
            for each in draft.refusals
        ]
    )


def _take(
    accepted: Sequence[Placed],
    refusals: dict[int, DomainError],
    *,
    context: PipelineContext,
    actor: Actor,
) -> list[Placed]:
    """Take campaign stock and stock for all that can have it; the rest is refused.

    A draft that is refused half-way has taken something that others were refused
    for. Then everything is given back: what was decided up to that draft holds, and
    whoever comes after it tries anew, as if the draft had never been.
    """
    remaining = list(accepted)
    # What takes in one piece is never refused half-way.
    may_stain = any_holds(context) or any(
        len(each.parts) > 1 or each.draft.claims for each in accepted
    )
    while remaining:
        with transaction.atomic(savepoint=may_stain):
            tried = _try_to_take(remaining, context=context, actor=actor)
            if tried.stained is not None:
                transaction.set_rollback(True)
        if tried.stained is None:
            refusals.update(tried.refusals)
            return [each for each in remaining if each.place not in tried.refusals]
        for each in remaining[: tried.stained + 1]:
            if each.place in tried.refusals:
                refusals[each.place] = tried.refusals[each.place]
        for each in remaining[tried.stained + 1 :]:
            each.draft.refusals.clear()
        remaining = [each for each in remaining if each.place not in refusals]
    return []


@dataclass(frozen=True, slots=True)
class _Tried:
    """What became of one attempt.

    Attributes:
        refusals: by the place of the draft in its run.
        stained: index of the first draft that was refused after it had taken something.
    """

    refusals: dict[int, DomainError]
    stained: int | None


def _try_to_take(remaining: Sequence[Placed], *, context: PipelineContext, actor: Actor) -> _Tried:
    half_way = run_holds([each.draft for each in remaining], context)
    refusals: dict[int, DomainError] = {
        each.place: refused(each.draft) for each in remaining if each.draft.refusals
    }
    stained = {each.place for each in remaining if id(each.draft) in half_way.refused_later}
    takes, owners = [], []
    for each in remaining:
        if each.place in refusals:
            continue
        for part in each.parts:
            if wants := wants_of(part.part.lines):
                basket = each.draft.basket
                owner = ("order", part.order_id)
                take = Take(owner, wants, basket.holder, is_new=True, near=basket.near)
                takes.append(take)
                owners.append(each.place)
    goods = (line.goods for each in remaining for line in each.draft.lines)
    plain = frozenset(each.variant_id for each in goods if each.is_plain)
    outcomes = allocate_many(takes, plain=plain, actor=actor, now=context.now) if takes else []
    served = {owner for owner, each in zip(owners, outcomes, strict=True) if each.refusal is None}
    for place, outcome in zip(owners, outcomes, strict=True):
        if outcome.refusal is not None:
            refusals.setdefault(place, outcome.refusal)
            if half_way.any_holds or place in served:
                stained.add(place)
    served_all = [each for each in remaining if each.place not in refusals]
    run_claims(served_all, context)
    for each in served_all:
        if each.draft.refusals:
            refusals[each.place] = refused(each.draft)
            stained.add(each.place)
    places = [index for index, each in enumerate(remaining) if each.place in stained]
    return _Tried(refusals, stained=min(places, default=None))


def _write(placed: Sequence[Placed], *, actor: Actor, now: datetime) -> None:
    if not placed:
        return
    writing = Writing(is_large=len(placed) >= MANY)
    cart_lines = [
        item.cart_line_id
        for each in placed
        for item in each.draft.basket.items
        if item.cart_line_id is not None
    ]
    forget_lines(cart_lines, writing=writing)
    OrderWriter(placed, actor=actor, now=now).write(current_policy(), writing)
    order_ids = [part.order_id for each in placed for part in each.parts]
    run_hooks("placed", order_ids, HookContext(now=now, actor=actor))
    free = [part.order_id for each in placed for part in each.parts if not part.figures.total]
    if free:
        settle_free_orders(free, actor=actor, now=now)
