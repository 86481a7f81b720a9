"""The seed is told when a draw has closed, and with it who has won."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Min, OuterRef

from kernel.common.outbox.publishing import publish
from kernel.common.secrets.services import get_secret
from kernel.rewards.draws.algorithm import first_link, ranked_wins
from kernel.rewards.draws.choices import Kind
from kernel.rewards.draws.errors import DrawNotOpen, UnknownDraw
from kernel.rewards.draws.events import DrawRevealed
from kernel.rewards.draws.models import Draw, Entry, Reveal, Stop, Win
from kernel.rewards.draws.services.locks import lock
from kernel.rewards.draws.services.prizes import hand_out
from kernel.tenancy.schedules import ask

REVEAL: Final = "reward_draws.reveal"


def reveal_all_due(*, now: datetime) -> int:
    """Reveal every draw that has closed or was stopped; return how many."""
    hidden = Draw.objects.exclude(Exists(Reveal.objects.filter(draw=OuterRef("pk"))))
    due = hidden.filter(closes_at__lte=now).order_by("pk").values_list("pk", flat=True)
    found = list(due)
    for draw_id in found:
        reveal(draw_id, now=now)
    with transaction.atomic():
        ask(REVEAL, hidden.aggregate(at=Min("closes_at"))["at"])
    return len(found)


@transaction.atomic
def reveal(draw_id: UUID, *, now: datetime) -> Reveal:
    """Tell the seed of a draw that is over and draw its winners, once.

    Raises:
        UnknownDraw: there is none.
        DrawNotOpen: it is not over yet.
    """
    lock(draw_id)
    draw = Draw.objects.filter(pk=draw_id).first()
    if draw is None:
        raise UnknownDraw
    known = Reveal.objects.filter(draw=draw).first()
    if known is not None:
        return known
    is_stopped = Stop.objects.filter(draw=draw).exists()
    if now < draw.closes_at and not is_stopped:
        raise DrawNotOpen
    seed = bytes.fromhex(str(get_secret(draw.secret)["seed"]))
    entries = list(Entry.objects.filter(draw=draw).order_by("number"))
    chain = entries[-1].link if entries else first_link(draw.commitment, draw.terms)
    is_void = is_stopped and draw.kind == Kind.RANKED
    row = Reveal(
        draw=draw,
        seed=seed,
        commitment=draw.commitment,
        chain=chain,
        entries=len(entries),
        is_void=is_void,
        revealed_at=now,
    )
    row.save(force_insert=True)
    if draw.kind == Kind.RANKED and not is_void:
        _draw_winners(draw, seed, chain, entries, now)
    wins = Win.objects.filter(draw=draw).count()
    publish(DrawRevealed(draw.id, len(entries), wins), aggregate=f"draw:{draw.id.hex}")
    return row


def _draw_winners(draw: Draw, seed: bytes, chain: str, entries: list[Entry], now: datetime) -> None:
    found = ranked_wins(seed, chain, [entry.holder for entry in entries], draw.prizes)
    rows = [
        Win(draw=draw, number=number, prize=prize, member_id=entries[number - 1].member_id, at=now)
        for number, prize in sorted(found.items())
    ]
    Win.objects.bulk_create(rows)
    for row in rows:
        hand_out(draw, row, now=now)
