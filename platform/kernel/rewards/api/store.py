"""What members earn, over the store API."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api.openapi.answers import items_of
from kernel.common.time import utc_now
from kernel.ledger.errors import UnknownAsset
from kernel.ledger.models import Asset
from kernel.ledger.selectors import asset_name
from kernel.ledger.services import decimal_text
from kernel.members.api.views import MemberView, OpenView
from kernel.relations.selectors import standing_of
from kernel.relations.services import invite_code_of
from kernel.rewards.api.forms import EarningPageShown, EarningsShown, ModeShown
from kernel.rewards.describing import ModeText, modes_in_words
from kernel.rewards.earnings import (
    EarningLine,
    Total,
    earnings_of,
    expiring_of,
    place_of,
    totals_of,
)
from kernel.rewards.progress import next_ranks
from kernel.rewards.reasons import mode_name, reason_of

_LONGEST = 32


class EarningsView(MemberView):
    """What the member earned in all."""

    @extend_schema(responses=EarningsShown)
    def get(self, request: Request) -> Response:
        """Return what is frozen, available and claimed, and where the member stands."""
        place, standing = place_of(self.member_id), standing_of(self.member_id)
        return Response(
            {
                "totals": [_total(each, self.member_id) for each in totals_of(self.member_id)],
                "place": {
                    "ranks": list(place.ranks),
                    "referred": place.referred,
                    "invited": standing.direct,
                    "team": standing.team,
                    "next_ranks": [asdict(each) for each in next_ranks(self.member_id)],
                },
                "invitation_code": invite_code_of(self.member_id),
            }
        )


class EarningLinesView(MemberView):
    """What was booked for the member, line by line."""

    @extend_schema(
        parameters=[
            OpenApiParameter("asset", str, required=True),
            OpenApiParameter("before", str, description="`next` of the page before."),
        ],
        responses=EarningPageShown,
    )
    def get(self, request: Request) -> Response:
        """Return a page of lines with their reasons, the newest first."""
        code = request.query_params.get("asset", "")[:_LONGEST]
        asset = Asset.objects.filter(code=code).first()
        if asset is None:
            raise UnknownAsset(asset=code)
        before = request.query_params.get("before", "")[:_LONGEST]
        page = earnings_of(self.member_id, code, before=before)
        return Response(
            {"items": [_line(each, asset) for each in page.lines], "next": page.next_before}
        )


class RulesView(OpenView):
    """The rules by which members earn."""

    @extend_schema(responses=items_of(ModeShown))
    def get(self, request: Request) -> Response:
        """Return every mode that runs, in words made from its configuration."""
        return Response({"items": [_mode(each) for each in modes_in_words()]})


def _total(each: Total, member_id: UUID) -> dict[str, object]:
    scale = each.asset.scale
    soon = expiring_of(member_id, each.asset.code, now=utc_now()) if each.asset.expires else []
    return {
        "asset": each.asset.code,
        "name": asset_name(each.asset),
        "available": decimal_text(each.available, scale),
        "frozen": decimal_text(each.frozen, scale),
        "claimed": decimal_text(each.claimed, scale),
        "expiring": [{"at": one.at, "amount": decimal_text(one.minor, scale)} for one in soon],
    }


def _line(each: EarningLine, asset: Asset) -> dict[str, object]:
    return {
        "at": each.at,
        "amount": decimal_text(each.minor, asset.scale),
        "is_frozen": each.is_frozen,
        "is_released": each.is_released,
        "cause": each.cause,
        "reason": reason_of(each),
        "mode": mode_name(each),
        "rule": each.rule,
        "order": each.order_number,
        "level": each.level,
        "rate": each.rate,
    }


def _mode(each: ModeText) -> dict[str, object]:
    return {
        "code": each.code,
        "name": each.name,
        "rules": [
            {
                "code": rule.code,
                "when": rule.when,
                "whom": rule.whom,
                "amount": rule.amount,
                "release": rule.release,
            }
            for rule in each.rules
        ],
        "figures": [{"name": name, "value": value} for name, value in each.figures],
    }
