"""What pages about moves show."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from channel_center.moves.choices import DECIDABLE, OPEN_MOVES, AskedBy, MoveState
from channel_center.moves.errors import UnknownMove
from channel_center.moves.models import Move
from channel_center.moves.money import MoneyLine, Side, money_legs, of_side
from channel_center.moves.services import names
from channel_center.moves.services.asking import may_approve, parties_of
from channel_center.partners.models import Reach
from channel_center.partners.services.keys import PartnerProgram
from channel_center.partners.services.letters import console_of
from kernel.access.models import Staff
from kernel.common.ids import InvalidId, parse_public_id
from kernel.keys.services.leaving import good_keys
from kernel.payments.services.parting import platform_bindings
from kernel.tenancy.context import public_context, tenant_context
from kernel.tenancy.ports import directory
from tenants.errors import DomainTaken


@dataclass(frozen=True, slots=True)
class ListedMove:
    """A move, and what the sides are called where people read it."""

    move: Move
    giving: str
    receiving: str


def visible_moves(person: Staff | PartnerProgram) -> QuerySet[Move]:
    """Return the moves that somebody of a partner, or of the operator, may see."""
    rows = Move.objects.select_related("tenant", "giving", "receiving", "job")
    rows = rows.order_by("-asked_at")
    channel_id = person.channel_id
    if channel_id is None:
        return rows
    given, received = Q(giving=channel_id), Q(receiving=channel_id) & ~Q(state=MoveState.ASKED)
    approved = Q(approver=channel_id, needs_approval=True)
    rows = rows.filter(given | received | approved)
    reach = Reach.objects.filter(pk=person.pk).first() if isinstance(person, Staff) else None
    return rows if reach is None else rows.filter(tenant__in=reach.tenant_ids)


def visible_move(person: Staff | PartnerProgram, text: str) -> Move:
    """Return one of them.

    Raises:
        UnknownMove: there is none that the person may see.
    """
    return _found(visible_moves(person), text)


def moves_of_tenant(tenant_id: UUID) -> QuerySet[Move]:
    """Return a tenant's own moves, the latest first."""
    rows = Move.objects.select_related("tenant", "giving", "receiving", "job")
    return rows.filter(tenant=tenant_id).order_by("-asked_at")


def move_of_tenant(tenant_id: UUID, text: str) -> Move:
    """Return one of them.

    Raises:
        UnknownMove: the tenant has none like it.
    """
    return _found(moves_of_tenant(tenant_id), text)


def _found(rows: QuerySet[Move], text: str) -> Move:
    try:
        found = rows.filter(pk=parse_public_id("mov", text)).first()
    except InvalidId as error:
        raise UnknownMove from error
    if found is None:
        raise UnknownMove
    return found


def listed(rows: Sequence[Move], *, by_operator: bool = False) -> list[ListedMove]:
    """Add names; some queries for each partner that is named, and none for each move.

    Nobody but the operator reads the operator's name: who stands above is not told below.
    """
    known: dict[UUID | None, str] = {}
    for each in {side for row in rows for side in (row.giving_id, row.receiving_id)}:
        is_told = each is not None or by_operator
        known[each] = console_of(each)[0].name if is_told else _("Another provider")
    return [ListedMove(row, known[row.giving_id], known[row.receiving_id]) for row in rows]


@dataclass(frozen=True, slots=True)
class Said:
    """What one side said to a move, as far as the reader may know.

    Attributes:
        name: of the person, where it is one of the reader's own or of the shop.
        at: when; None while nothing was said.
    """

    label: str
    name: str
    at: datetime | None
    text: str = ""


def said_of(move: Move, *, sides: Collection[str]) -> list[Said]:
    """Return who said what to a move.

    Args:
        move: the move.
        sides: whose people the reader may know, of ``shop``, ``giving``, ``receiving`` and
            ``above``.
    """

    def name(text: str, side: str) -> str:
        return text if side in sides else ""

    asker = "above" if move.asked_side == AskedBy.OPERATOR else move.asked_side
    rows = [
        Said(_("Wish"), name(move.asked_by, asker), move.asked_at, move.reason),
        Said(_("The shop's owner agrees"), name(move.confirmed_by, "shop"), move.confirmed_at),
        Said(
            _("The new provider takes it in"),
            name(move.accepted_by, "receiving"),
            move.accepted_at,
        ),
    ]
    if move.needs_approval:
        rows.append(Said(_("Approval"), name(move.approved_by, "above"), move.approved_at))
    return rows


def sides_known_to(move: Move, channel_id: UUID | None) -> set[str]:
    """Return whose people somebody of a partner, or of the operator (None), may know."""
    if channel_id is None:
        return {"shop", "giving", "receiving", "above"}
    own = {"giving": move.giving_id, "receiving": move.receiving_id}
    own |= {"above": move.approver_id if move.needs_approval else None}
    return {"shop", *(side for side, each in own.items() if each == channel_id)}


@dataclass(frozen=True, slots=True)
class Acts:
    """What somebody may do about a move now."""

    accept: bool = False
    approve: bool = False
    refuse: bool = False
    withdraw: bool = False
    again: bool = False


def acts_on(move: Move, channel_id: UUID | None) -> Acts:
    """Return what a partner, or the operator (None), may do about a move now."""
    is_receiver = move.receiving_id == channel_id
    approves = move.state == MoveState.ACCEPTED and may_approve(move, channel_id)
    takes = move.state == MoveState.CONFIRMED and is_receiver
    return Acts(
        accept=takes,
        approve=approves,
        refuse=approves or takes,
        withdraw=move.state in DECIDABLE and may_withdraw(move, channel_id),
        again=move.state == MoveState.FAILED and (is_receiver or channel_id is None),
    )


def may_withdraw(move: Move, channel_id: UUID | None) -> bool:
    """Tell whether somebody of a console above asked for a move; the operator calls off any."""
    return channel_id is None or (move.asked_side == "giving" and move.giving_id == channel_id)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a move would change for a shop.

    Attributes:
        left: host names that lead on to others for a time, and are gone then.
        gained: host names that it gets for them.
        accounts: names of payment accounts that must be bound anew.
        keys: names of API keys that end.
        money: what becomes of the shop's balance.
    """

    provider: str
    left: list[str]
    gained: list[str]
    accounts: list[str]
    keys: list[str]
    money: list[MoneyLine]


def changes_by(move: Move, *, now: datetime) -> Changes:
    """Return what a move would change."""
    with public_context():
        rows = names.leaving(move.tenant, move.receiving_id)
        try:
            hosts = names.new_hosts(rows, move.receiving_id)
        except DomainTaken:
            hosts = {}
    with tenant_context(directory().by_id(move.tenant_id)):
        accounts = [row.title for row in platform_bindings().filter(needs_rebind=False)]
        keys = [row.name for row in good_keys(now=now)]
    return Changes(
        provider=console_of(move.receiving_id)[0].name,
        left=sorted(row.domain for row in rows),
        gained=sorted(hosts.values()),
        accounts=accounts,
        keys=keys,
        money=money_of(move, "shop", now=now),
    )


def money_of(move: Move, side: Side, *, now: datetime) -> list[MoneyLine]:
    """Return what a move that still waits would credit and charge one side."""
    if move.state not in OPEN_MOVES:
        return []
    with public_context():
        return of_side(money_legs().preview(parties_of(move), now=now), side)


def side_of(move: Move, channel_id: UUID | None) -> Side:
    """Return on which side of a move a partner, or the operator (None), stands.

    Whoever is neither looks at what the receiving side was shown.
    """
    is_giving = move.giving_id == channel_id and move.receiving_id != channel_id
    return "giving" if is_giving else "receiving"
