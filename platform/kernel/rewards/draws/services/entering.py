"""A member enters a draw; an instant draw answers at once."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from kernel.common.secrets.services import get_secret
from kernel.rewards.draws.algorithm import first_link, next_link, outcome
from kernel.rewards.draws.choices import Kind
from kernel.rewards.draws.errors import AgeNotConfirmed, DrawNotOpen, NoChanceLeft, UnknownDraw
from kernel.rewards.draws.models import Draw, Entry, Stop, Win
from kernel.rewards.draws.services.locks import lock
from kernel.rewards.draws.services.prizes import hand_out


@transaction.atomic
def enter(
    draw_id: UUID, *, member_id: UUID, now: datetime, is_adult: bool = False
) -> tuple[Entry, Win | None]:
    """Enter a draw; return the entry and, of an instant draw, what it won.

    Raises:
        UnknownDraw: there is none.
        DrawNotOpen: it takes no entries now.
        NoChanceLeft: the member has entered as often as he may.
        AgeNotConfirmed: only for grown-ups, and he has not said that he is one.
    """
    draw = Draw.objects.filter(pk=draw_id).first()
    if draw is None:
        raise UnknownDraw
    if draw.adults_only and not is_adult:
        raise AgeNotConfirmed
    lock(draw.pk)
    if not draw.opens_at <= now < draw.closes_at or Stop.objects.filter(draw=draw).exists():
        raise DrawNotOpen
    if Entry.objects.filter(draw=draw, member=member_id).count() >= draw.terms["entries_each"]:
        raise NoChanceLeft
    last = Entry.objects.filter(draw=draw).order_by("-number").first()
    link = last.link if last else first_link(draw.commitment, draw.terms)
    ticket, holder = token_hex(16), _holder(draw, member_id)
    entry = Entry(
        draw=draw,
        number=last.number + 1 if last else 1,
        member_id=member_id,
        ticket=ticket,
        holder=holder,
        link=next_link(link, ticket, holder),
        age_confirmed=is_adult,
        entered_at=now,
    )
    entry.save(force_insert=True)
    return entry, _drawn(draw, entry, now) if draw.kind == Kind.INSTANT else None


def _holder(draw: Draw, member_id: UUID) -> str:
    """Return what stands for a member in a draw; nobody else finds out who it is."""
    known = Entry.objects.filter(draw=draw, member=member_id).values_list("holder", flat=True)
    return known.first() or token_hex(16)


def _drawn(draw: Draw, entry: Entry, now: datetime) -> Win | None:
    prizes = draw.prizes
    seed = bytes.fromhex(str(get_secret(draw.secret)["seed"]))
    place = outcome(seed, entry.number, [int(prize["chance"]) for prize in prizes])
    if place is None:
        return None
    given = Win.objects.filter(draw=draw, prize=place).aggregate(of=Count("number"))["of"]
    if given >= int(prizes[place]["quantity"]):
        return None
    win = Win(draw=draw, number=entry.number, prize=place, member_id=entry.member_id, at=now)
    win.save(force_insert=True)
    hand_out(draw, win, now=now)
    return win
