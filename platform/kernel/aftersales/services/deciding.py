"""The shop decides: approves, proposes, declines; an arbitrator has the last word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.aftersales.choices import (
    CaseKind,
    CaseState,
    EntryKind,
    Remedy,
    Side,
    Verdict,
)
from kernel.aftersales.errors import InvalidCase, NotEscalated, TooMuch
from kernel.aftersales.machine import check
from kernel.aftersales.models import Case
from kernel.aftersales.rooms import rooms_of
from kernel.aftersales.services.addresses import address_data
from kernel.aftersales.services.charging import begin_replacing
from kernel.aftersales.services.settling import give_up, promise_replacement, settle
from kernel.aftersales.services.telling import (
    Held,
    audit,
    checked_text,
    hold,
    move,
    settle_down,
    sum_up,
    tell,
)
from kernel.audit.actor import Actor
from kernel.common.money import Money

BACK_FIRST = frozenset({CaseKind.RETURN_REFUND, CaseKind.EXCHANGE})


@transaction.atomic
def approve(
    case_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    freight_minor: int | None = None,
    address: Mapping[str, str] | None = None,
    text: str = "",
) -> Case:
    """Grant what was asked for; the freight may be given on top.

    A refund without a return is made at once. For an exchange what is sent instead is
    promised first.

    Raises:
        UnknownCase: there is none.
        MoveRefused: it does not wait for the shop.
        InvalidCase: less freight than what was asked for.
        TooMuch: more freight than what is left.
        OutOfStock: what would be sent instead is not there.
        ShippedMeanwhile, NotOpen: what it is about is not there any more.
    """
    held = hold(case_id)
    check(held.case, "approve")
    before = str(held.case.state)
    if freight_minor is not None:
        if freight_minor < held.case.freight_minor:
            raise InvalidCase(_("Less than what was asked for is a proposal."), field="freight")
        set_freight(held, freight_minor)
    go_on(held, actor=actor, now=now, address=address, text=text)
    audit(held, "approved", actor=actor, now=now, before=before, reason=text)
    return held.case


@transaction.atomic
def offer(
    case_id: UUID,
    amounts: Mapping[UUID, int],
    *,
    actor: Actor,
    now: datetime,
    kind: CaseKind | None = None,
    freight_minor: int = 0,
    text: str = "",
) -> Case:
    """Propose another settlement: less money, or money without sending anything back.

    Args:
        case_id: the case.
        amounts: by order line, what would go back for it; lines left out get nothing.
        actor: who proposes.
        now: the moment.
        kind: another kind; its own one, when left out.
        freight_minor: what of the freight would go back.
        text: for the buyer.

    Raises:
        UnknownCase: there is none.
        MoveRefused: it is decided.
        InvalidCase: the kind does not fit.
        TooMuch: more than what is left of a line, or of the freight.
    """
    held = hold(case_id)
    case = held.case
    check(case, "offer")
    wanted = CaseKind(kind or case.kind)
    if wanted in BACK_FIRST and any(each.unshipped_quantity for each in held.lines):
        raise InvalidCase(_("What has not been sent cannot be sent back."), field="kind")
    remedy = Remedy.REPLACEMENT if wanted == CaseKind.EXCHANGE else Remedy.MONEY
    _check_amounts(held, amounts, freight_minor)
    before = str(case.state)
    case.offer = {
        "kind": str(wanted),
        "remedy": str(remedy),
        "lines": {key.hex: minor for key, minor in amounts.items() if remedy == Remedy.MONEY},
        "freight_minor": freight_minor,
        "minor": 0 if remedy == Remedy.REPLACEMENT else sum(amounts.values()) + freight_minor,
    }
    move(case, CaseState.OFFERED, now=now)
    case.needs_staff = False
    case.save()
    tell(
        held,
        EntryKind.OFFERED,
        actor=actor,
        now=now,
        text=checked_text(text),
        data={"minor": case.offer["minor"], "kind": str(wanted)},
    )
    audit(held, "offered", actor=actor, now=now, before=before, reason=text)
    return case


@transaction.atomic
def reject(case_id: UUID, *, text: str, actor: Actor, now: datetime) -> Case:
    """Decline what was asked for, and say why; the buyer may object.

    Raises:
        UnknownCase: there is none.
        MoveRefused: it is decided.
        InvalidCase: no reason is given.
    """
    held = hold(case_id)
    check(held.case, "reject")
    decline(held, CaseState.REJECTED, text=text, actor=actor, now=now)
    return held.case


@transaction.atomic
def arbitrate(
    case_id: UUID,
    verdict: Verdict,
    *,
    text: str,
    actor: Actor,
    now: datetime,
    amounts: Mapping[UUID, int] | None = None,
    freight_minor: int | None = None,
) -> Case:
    """Decide a dispute, and say why. For the buyer it goes on as if the shop had approved.

    Args:
        case_id: the case.
        verdict: for whom.
        text: why, for both.
        actor: the arbitrator.
        now: the moment.
        amounts: by order line what goes back; what was asked for, when left out.
        freight_minor: what of the freight goes back; as it stands, when left out.

    Raises:
        UnknownCase: there is none.
        MoveRefused: it is not in dispute.
        NotEscalated: the platform was called and somebody of the shop decides, or the
            other way round.
        InvalidCase: no reason is given.
        TooMuch: more than what is left.
        OutOfStock, ShippedMeanwhile, NotOpen: as `approve`.
    """
    held = hold(case_id)
    case = held.case
    check(case, "arbitrate")
    if (actor.kind == "operator") != (case.escalated_at is not None):
        raise NotEscalated
    case.verdict = verdict
    if verdict == Verdict.SHOP:
        decline(held, CaseState.ARBITRATED, text=text, actor=actor, now=now)
        return case
    said, before = _said(text), str(case.state)
    if amounts is not None and case.remedy == Remedy.MONEY:
        _check_amounts(held, amounts, freight_minor or 0)
        case.recounts, case.recount_minor = False, 0
        for each in held.lines:
            each.refund_minor = amounts.get(each.line_id, 0)
            each.save(update_fields=["refund_minor"])
    if freight_minor is not None:
        set_freight(held, freight_minor)
    sum_up(held)
    _take_as_returned(held)
    go_on(held, actor=actor, now=now, side=Side.PLATFORM, text=said)
    audit(held, "arbitrated", actor=actor, now=now, before=before, reason=said)
    return case


def decline(held: Held, state: CaseState, *, text: str, actor: Actor, now: datetime) -> None:
    """End a held case for the shop, with a reason."""
    said, before = _said(text), str(held.case.state)
    give_up(held, actor=actor)
    held.case.offer = None
    held.case.needs_staff = False
    move(held.case, state, now=now)
    held.case.save()
    is_last = state == CaseState.ARBITRATED
    kind = EntryKind.ARBITRATED if is_last else EntryKind.REJECTED
    side = Side.PLATFORM if is_last else None
    tell(held, kind, actor=actor, now=now, text=said, side=side)
    audit(held, str(kind), actor=actor, now=now, before=before, reason=said)
    settle_down(held, now=now)


def go_on(
    held: Held,
    *,
    actor: Actor,
    now: datetime,
    address: Mapping[str, str] | None = None,
    side: Side | None = None,
    text: str = "",
) -> None:
    """Bring a case on that was granted: the goods back first, else what makes it good."""
    case = held.case
    waits_for_goods = case.kind in BACK_FIRST and case.received_at is None
    if case.remedy == Remedy.REPLACEMENT:
        promise_replacement(held, actor=actor, now=now)
    if waits_for_goods:
        case.return_address = address_data(address)
        move(case, CaseState.APPROVED, now=now)
    case.needs_staff = False
    case.save()
    kind = EntryKind.ARBITRATED if side == Side.PLATFORM else EntryKind.APPROVED
    data = {"minor": case.amount_minor}
    tell(held, kind, actor=actor, now=now, text=checked_text(text), side=side, data=data)
    if not waits_for_goods and case.remedy == Remedy.MONEY:
        settle(held, actor=actor, now=now)
    elif not waits_for_goods:
        begin_replacing(held, actor=actor, now=now)


def set_freight(held: Held, minor: int) -> None:
    """Give so much of the freight back.

    Raises:
        TooMuch: more than what is left of it.
    """
    case = held.case
    room = rooms_of(held.order, but=case.pk).freight_minor
    if case.remedy != Remedy.MONEY or not 0 <= minor <= room:
        raise TooMuch(field="freight", open=Money(room, case.currency).decimal())
    case.freight_minor = minor
    sum_up(held)


def _take_as_returned(held: Held) -> None:
    """Let what the shop has in its hands count as returned, although it accepted none of it."""
    if held.case.received_at is None:
        return
    for each in held.lines:
        each.accepted_quantity = each.shipped_quantity
        each.save(update_fields=["accepted_quantity"])


def _check_amounts(held: Held, amounts: Mapping[UUID, int], freight_minor: int) -> None:
    rooms = rooms_of(held.order, but=held.case.pk)
    own = {each.line_id: each for each in held.lines}
    for key, minor in amounts.items():
        if key not in own:
            raise InvalidCase(field="lines")
        worth = rooms.by_line[key].worth(own[key].quantity)
        if not 0 <= minor <= worth:
            raise TooMuch(
                line=own[key].line.public_id, open=Money(worth, held.case.currency).decimal()
            )
    if not 0 <= freight_minor <= rooms.freight_minor:
        left = Money(rooms.freight_minor, held.case.currency).decimal()
        raise TooMuch(field="freight", open=left)


def _said(text: str) -> str:
    said = checked_text(text)
    if not said:
        raise InvalidCase(_("Please say why."), field="text")
    return said
