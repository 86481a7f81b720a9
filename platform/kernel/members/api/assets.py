"""What a member has, and how it came about, over the store API."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.ledger.errors import UnknownAsset
from kernel.ledger.selectors import StatementLine, WalletLine, decimal_text, statement, wallet
from kernel.ledger.values import Owner
from kernel.members.api.views import MemberView

_MOST_LINES: Final = 100


class ExpiryShown(serializers.Serializer[Any]):
    """The units that expire next."""

    at = serializers.DateTimeField()
    amount = serializers.CharField()


class AssetShown(serializers.Serializer[Any]):
    """An asset, with what the member has of it and what it is good for."""

    code = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    currency = serializers.CharField(allow_blank=True)
    available = serializers.CharField()
    held = serializers.CharField()
    is_spendable = serializers.BooleanField()
    is_withdrawable = serializers.BooleanField()
    is_transferable = serializers.BooleanField()
    next_expiry = ExpiryShown(allow_null=True)


class MoveShown(serializers.Serializer[Any]):
    """One movement."""

    kind = serializers.CharField()
    hold = serializers.ChoiceField(
        choices=["open", "captured", "released", "parts", ""],
        help_text="What became of units that were held; empty for other movements.",
    )
    number = serializers.CharField(
        allow_blank=True, help_text="Of the withdrawal or order that it is about."
    )
    occurred_at = serializers.DateTimeField()
    amount = serializers.CharField()
    balance_after = serializers.CharField()


class MovesShown(serializers.Serializer[Any]):
    """A page of movements; ``next`` is the ``before`` of the page after it."""

    asset = AssetShown()
    moves = MoveShown(many=True)
    next = serializers.IntegerField(allow_null=True)


class MovesAsked(serializers.Serializer[Any]):
    """Which page."""

    before = serializers.IntegerField(min_value=1, max_value=2**62, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=_MOST_LINES, default=20)


class AssetsView(MemberView):
    """Everything that the member has."""

    @extend_schema(responses=AssetShown(many=True))
    def get(self, request: Request) -> Response:
        """Return the balances; what can be spent is there also when there is none of it."""
        rows = [_asset(line) for line in wallet(Owner("member", self.member_id))]
        return Response(AssetShown(rows, many=True).data)


class AssetView(MemberView):
    """One of the member's assets."""

    @extend_schema(parameters=[MovesAsked], responses=MovesShown)
    def get(self, request: Request, asset: str) -> Response:
        """Return its movements, the latest first."""
        asked = MovesAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        owner, told = Owner("member", self.member_id), asked.validated_data
        line = next((each for each in wallet(owner) if each.code == asset), None)
        if line is None:
            raise UnknownAsset(asset=asset[:32])
        found = statement(owner, line.code, before=told.get("before"), limit=told["limit"])
        shown: Any = {
            "asset": _asset(line),
            "moves": [_move(each, line.scale) for each in found.lines],
            "next": found.next_before,
        }
        return Response(MovesShown(shown).data)


def _asset(line: WalletLine) -> dict[str, object]:
    expiry = line.next_expiry
    return {
        "code": line.code,
        "kind": line.kind,
        "name": line.name,
        "currency": line.currency,
        "available": line.decimal(),
        "held": line.decimal("frozen"),
        "is_spendable": line.is_spendable,
        "is_withdrawable": line.is_withdrawable,
        "is_transferable": line.is_transferable,
        "next_expiry": expiry and {"at": expiry[0], "amount": decimal_text(expiry[1], line.scale)},
    }


def _move(move: StatementLine, scale: int) -> dict[str, object]:
    return {
        "kind": move.kind,
        "hold": move.hold,
        "number": str(move.data.get("number", "")),
        "occurred_at": move.occurred_at,
        "amount": decimal_text(move.minor, scale),
        "balance_after": decimal_text(move.balance_after, scale),
    }
