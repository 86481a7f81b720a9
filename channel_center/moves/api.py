"""Moves over the channel API: everything that a partner does about them in the console."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.moves.choices import AskedBy, MoveState
from channel_center.moves.errors import UnknownMove
from channel_center.moves.models import Move
from channel_center.moves.money import MoneyLine, told
from channel_center.moves.selectors import (
    ListedMove,
    acts_on,
    listed,
    may_withdraw,
    money_of,
    side_of,
    visible_move,
    visible_moves,
)
from channel_center.moves.services import asking
from channel_center.partners.api.authentication import PartnerView
from channel_center.partners.api.paging import CURSOR, page_of, pages_of
from channel_center.partners.selectors import visible_tenants
from kernel.access.confirming import ConfirmationNeeded, is_confirmed
from kernel.access.models import Staff
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.tenancy.errors import UnknownTenant

_VIEW, _MANAGE = "tenants.view", "tenants.manage"


class MoveTold(serializers.Serializer[Any]):
    """Where a tenant shall go."""

    address = serializers.CharField(
        max_length=300, help_text="Host name of the new partner's console."
    )
    reason = serializers.CharField(max_length=300, default="", allow_blank=True)


class AmountShown(serializers.Serializer[Any]):
    """An amount that a move credits the partner with, or charges it."""

    what = serializers.CharField()
    amount = serializers.CharField()
    currency = serializers.CharField()
    credited = serializers.BooleanField(help_text="The partner gets it; otherwise it is charged.")


class MoveShown(serializers.Serializer[Any]):
    """A tenant's way from one partner to another."""

    id = serializers.CharField()
    tenant = serializers.CharField()
    name = serializers.CharField()
    state = serializers.CharField(help_text=", ".join(MoveState.values))
    giving = serializers.CharField()
    receiving = serializers.CharField()
    is_ours_to_accept = serializers.BooleanField()
    reason = serializers.CharField()
    note = serializers.CharField()
    asked_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class MoveWhole(MoveShown):
    """The same with what it costs."""

    amounts = AmountShown(many=True)
    agreed = serializers.JSONField(help_text="To be sent back as it is, to accept the amounts.")


class AcceptTold(serializers.Serializer[Any]):
    """What somebody agrees to."""

    agreed = serializers.JSONField(help_text="As `agreed` of the move shows it.")


class RefuseTold(serializers.Serializer[Any]):
    """Why a move is refused."""

    reason = serializers.CharField(max_length=300)


class MovesView(PartnerView):
    """Moves to the partner and from it."""

    permissions_by_method = {"GET": _VIEW}

    @extend_schema(
        responses=pages_of(MoveShown),
        parameters=[CURSOR, OpenApiParameter("state", str, enum=MoveState.values)],
    )
    def get(self, request: Request) -> Response:
        """Return moves, the newest first, a hundred at a time."""
        rows = visible_moves(self.asks)
        if (state := request.query_params.get("state", "")) in MoveState.values:
            rows = rows.filter(state=state)
        found, cursor = page_of(rows, request, "mov")
        items = [_shown(self, each) for each in listed(found)]
        return Response({"items": items, "next_cursor": cursor})


class TenantMovesView(PartnerView):
    """The wish that a tenant goes to another partner."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=MoveTold, responses={201: MoveWhole})
    def post(self, request: Request, tenant: str) -> Response:
        """Ask for it; the owner of the tenant decides first."""
        wanted = checked(MoveTold, request.data)
        row = visible_tenants(self.asks).filter(pk=parse_public_id("ten", tenant)).first()
        if row is None:
            raise UnknownTenant
        move = asking.ask(
            row.pk,
            address=wanted["address"],
            reason=wanted["reason"],
            asked_side=AskedBy.GIVING,
            actor=self.actor,
            now=utc_now(),
        )
        return Response(_whole(self, move), status=201)


class MoveView(PartnerView):
    """One move."""

    permissions_by_method = {"GET": _VIEW}

    @extend_schema(responses=MoveWhole)
    def get(self, request: Request, move: str) -> Response:
        """Return a move with what it costs."""
        return Response(_whole(self, visible_move(self.asks, move)))


class AcceptMoveView(PartnerView):
    """The receiving partner's word."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=AcceptTold, responses=MoveWhole)
    def post(self, request: Request, move: str) -> Response:
        """Take the tenant in, at the amounts that were shown."""
        if isinstance(self.asks, Staff) and not is_confirmed(request.session, now=utc_now()):
            raise ConfirmationNeeded
        row = visible_move(self.asks, move)
        agreed = checked(AcceptTold, request.data)["agreed"]
        taken = asking.accept(
            row.pk,
            receiving_id=self.channel_id,
            agreed=agreed if isinstance(agreed, list) else [],
            actor=self.actor,
            now=utc_now(),
        )
        return Response(_whole(self, taken))


class RefuseMoveView(PartnerView):
    """The receiving partner's refusal."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=RefuseTold, responses=MoveWhole)
    def post(self, request: Request, move: str) -> Response:
        """Refuse a move; the shop and its partner read why."""
        row = visible_move(self.asks, move)
        if not acts_on(row, self.channel_id).refuse:
            raise UnknownMove
        why = checked(RefuseTold, request.data)["reason"]
        return Response(_whole(self, _ended(self, row, MoveState.REFUSED, why)))


class WithdrawMoveView(PartnerView):
    """Taking a wish back."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=None, responses=MoveWhole)
    def post(self, request: Request, move: str) -> Response:
        """Call off a move that the partner asked for."""
        row = visible_move(self.asks, move)
        if not may_withdraw(row, self.channel_id):
            raise UnknownMove
        return Response(_whole(self, _ended(self, row, MoveState.WITHDRAWN, "")))


def _ended(view: PartnerView, row: Move, state: MoveState, reason: str) -> Move:
    return asking.end(row.pk, state=state, reason=reason, actor=view.actor, now=utc_now())


def _shown(view: PartnerView, row: ListedMove) -> dict[str, object]:
    move = row.move
    return {
        "id": move.public_id,
        "tenant": move.tenant.public_id,
        "name": move.tenant.name,
        "state": str(move.state),
        "giving": row.giving,
        "receiving": row.receiving,
        "is_ours_to_accept": acts_on(move, view.channel_id).accept,
        "reason": move.reason,
        "note": move.note,
        "asked_at": move.asked_at,
        "expires_at": move.expires_at,
        "ended_at": move.ended_at,
    }


def _whole(view: PartnerView, move: Move) -> dict[str, object]:
    side = side_of(move, view.channel_id)
    lines = money_of(move, side, now=utc_now())
    amounts = [_amount(line) for line in lines]
    return {**_shown(view, listed([move])[0]), "amounts": amounts, "agreed": told(lines)}


def _amount(line: MoneyLine) -> dict[str, object]:
    return {
        "what": line.label,
        "amount": str(line.amount.decimal()),
        "currency": line.amount.currency,
        "credited": line.credited,
    }
