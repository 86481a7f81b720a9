"""Withdrawals, pay-out batches and rules over the admin API."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.common.csv import csv_lines
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.ledger.errors import UnknownAsset
from kernel.ledger.models import Asset
from kernel.members.api.views import NewestFirst
from kernel.wallet.api.forms import (
    AssetRulesShown,
    BatchAsked,
    BatchClosed,
    PayoutBatchShown,
    RefusalTold,
    RuleTold,
    SettlementTold,
    WithdrawalDetail,
    WithdrawalListed,
    WithdrawalRuleTold,
)
from kernel.wallet.api.shown import (
    batch_data,
    event_data,
    rule_data,
    rule_told,
    rules_data,
    withdrawal_listed,
)
from kernel.wallet.choices import Channel, State
from kernel.wallet.errors import InvalidWallet
from kernel.wallet.models import PayoutBatch, Withdrawal
from kernel.wallet.rules import set_transfer_rule, set_withdrawal_rule
from kernel.wallet.selectors import (
    batch_with,
    events_of,
    found_withdrawals,
    rules_shown,
    withdrawal_with,
)
from kernel.wallet.services import (
    approve,
    batch_rows,
    close_batch,
    give_back,
    leave_batch,
    make_batch,
    reject,
    send,
    settle_by_hand,
)
from kernel.wallet.services.batches import LARGEST_PROOF

VIEW: Final = "withdrawals.view"
REVIEW: Final = "withdrawals.review"
PAY: Final = "withdrawals.pay"
MANAGE: Final = "withdrawals.manage"
_POST: Final = frozenset({"POST"})


class WithdrawalsAsked(serializers.Serializer[Any]):
    """Which withdrawals a list shows."""

    q = serializers.CharField(required=False, max_length=100, allow_blank=True, default="")
    state = serializers.ChoiceField(choices=State.choices, required=False, default="")
    channel = serializers.ChoiceField(choices=Channel.choices, required=False, default="")


class WithdrawalsView(StaffView):
    """All withdrawals."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        parameters=[WithdrawalsAsked, *paging("page_size")], responses=page_of(WithdrawalListed)
    )
    def get(self, request: Request) -> Response:
        """Return withdrawals in pages, the latest first."""
        asked = checked(WithdrawalsAsked, request.query_params)
        rows = found_withdrawals(asked["q"], state=asked["state"], channel=asked["channel"])
        pages = NewestFirst()
        pages.ordering = ("-id",)
        found: list[Withdrawal] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([withdrawal_listed(row) for row in found])


class WithdrawalView(StaffView):
    """One withdrawal."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=WithdrawalDetail)
    def get(self, request: Request, withdrawal: str) -> Response:
        """Return the withdrawal, and what happened to it."""
        return _detail(_seen(withdrawal, VIEW))


class ApproveView(StaffView):
    """Approves a withdrawal."""

    permissions_by_method = {"POST": REVIEW}

    @extend_schema(request=None, responses=WithdrawalDetail)
    def post(self, request: Request, withdrawal: str) -> Response:
        """Approve it; a large one waits for a second person."""
        key = _seen(withdrawal, REVIEW)
        approve(key, actor=self.actor, now=utc_now())
        return _detail(key)


class RejectView(StaffView):
    """Refuses a withdrawal."""

    permissions_by_method = {"POST": REVIEW}

    @extend_schema(request=RefusalTold, responses=WithdrawalDetail)
    def post(self, request: Request, withdrawal: str) -> Response:
        """Refuse it; what was held is the member's again."""
        key, reason = _seen(withdrawal, REVIEW), checked(RefusalTold, request.data)["reason"]
        reject(key, reason=reason, actor=self.actor, now=utc_now())
        return _detail(key)


class SendView(StaffView):
    """Has a payout service pay a withdrawal."""

    permissions_by_method = {"POST": PAY}
    confirmed_methods = _POST

    @extend_schema(request=None, responses=WithdrawalDetail)
    def post(self, request: Request, withdrawal: str) -> Response:
        """Send it to the payout service of its channel, once."""
        key = _seen(withdrawal, PAY)
        send(key, actor=self.actor, now=utc_now())
        return _detail(key)


class SettleView(StaffView):
    """Says what became of a withdrawal."""

    permissions_by_method = {"POST": PAY}
    confirmed_methods = _POST

    @extend_schema(request=SettlementTold, responses=WithdrawalDetail)
    def post(self, request: Request, withdrawal: str) -> Response:
        """Say that one that was paid by hand, or of which nobody knows, is paid or failed."""
        key, told = _seen(withdrawal, PAY), checked(SettlementTold, request.data)
        settle_by_hand(key, **told, actor=self.actor, now=utc_now())
        return _detail(key)


class ReturnView(StaffView):
    """Says that what was paid came back."""

    permissions_by_method = {"POST": PAY}
    confirmed_methods = _POST

    @extend_schema(request=RefusalTold, responses=WithdrawalDetail)
    def post(self, request: Request, withdrawal: str) -> Response:
        """Give the member everything again of a payment that the bank sent back."""
        key, reason = _seen(withdrawal, PAY), checked(RefusalTold, request.data)["reason"]
        give_back(key, reason=reason, actor=self.actor, now=utc_now())
        return _detail(key)


class LeaveBatchView(StaffView):
    """Takes a withdrawal out of its batch."""

    permissions_by_method = {"POST": PAY}

    @extend_schema(request=None, responses=WithdrawalDetail)
    def post(self, request: Request, withdrawal: str) -> Response:
        """Take it out, while nobody has taken the batch's file."""
        key = _seen(withdrawal, PAY)
        leave_batch(key, actor=self.actor, now=utc_now())
        return _detail(key)


class BatchesView(StaffView):
    """All pay-out batches."""

    permissions_by_method = {"GET": VIEW, "POST": PAY}
    confirmed_methods = _POST

    @extend_schema(parameters=paging("page_size"), responses=page_of(PayoutBatchShown))
    def get(self, request: Request) -> Response:
        """Return the batches in pages, the latest first."""
        pages = NewestFirst()
        pages.ordering = ("-id",)
        rows = PayoutBatch.objects.order_by("-id")
        found: list[PayoutBatch] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([batch_data(row) for row in found])

    @extend_schema(request=BatchAsked, responses={201: PayoutBatchShown})
    def post(self, request: Request) -> Response:
        """Put approved withdrawals together, to be paid by hand."""
        keys = checked(BatchAsked, request.data)["withdrawals"]
        row = make_batch(keys, actor=self.actor, now=utc_now())
        return Response(batch_data(row), status=201)


class BatchView(StaffView):
    """One pay-out batch."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=PayoutBatchShown)
    def get(self, request: Request, batch: str) -> Response:
        """Return the batch."""
        return Response(batch_data(batch_with(_batch(batch))))


class BatchFileView(StaffView):
    """The file of a batch for the bank."""

    permissions_by_method = {"POST": PAY}
    confirmed_methods = _POST

    @extend_schema(request=None, responses={(200, "text/csv"): OpenApiTypes.STR})
    def post(self, request: Request, batch: str) -> HttpResponseBase:
        """Return accounts and amounts in the clear; that it was taken is on the record."""
        key = _batch(batch)
        rows = batch_rows(key, actor=self.actor, now=utc_now())
        answer = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{batch_with(key).number}.csv"'
        return answer


class CloseBatchView(StaffView):
    """Ends a batch."""

    permissions_by_method = {"POST": PAY}
    confirmed_methods = _POST
    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(request=BatchClosed, responses=PayoutBatchShown)
    def post(self, request: Request, batch: str) -> Response:
        """Say that everything in it that did not fail was paid."""
        told = checked(BatchClosed, request.data)
        proof = told.get("proof")
        if proof is not None and (proof.size or 0) > LARGEST_PROOF:
            raise InvalidWallet(field="proof")
        row = close_batch(
            _batch(batch),
            proof=proof.read() if proof is not None else b"",
            note_text=told["note"],
            actor=self.actor,
            now=utc_now(),
        )
        return Response(batch_data(row))


class RulesView(StaffView):
    """What may leave, and how."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(AssetRulesShown))
    def get(self, request: Request) -> Response:
        """Return every asset that can be paid out or passed on, with its rules."""
        return Response({"items": [rules_data(*each) for each in rules_shown()]})


class WithdrawalRuleView(StaffView):
    """How an asset is paid out."""

    permissions_by_method = {"PUT": MANAGE}
    confirmed_methods = frozenset({"PUT"})

    @extend_schema(request=WithdrawalRuleTold, responses=WithdrawalRuleTold)
    def put(self, request: Request, asset: str) -> Response:
        """Change some of the rule; requests that were made keep their terms."""
        row = _asset(asset)
        told = rule_told(checked(WithdrawalRuleTold, request.data), row)
        rule = set_withdrawal_rule(row.code, told, actor=self.actor, now=utc_now())
        return Response(rule_data(rule, row))


class TransferRuleView(StaffView):
    """How members give an asset to others."""

    permissions_by_method = {"PUT": MANAGE}
    confirmed_methods = frozenset({"PUT"})

    @extend_schema(request=RuleTold, responses=RuleTold)
    def put(self, request: Request, asset: str) -> Response:
        """Change some of the rule."""
        row = _asset(asset)
        told = rule_told(checked(RuleTold, request.data), row)
        rule = set_transfer_rule(row.code, told, actor=self.actor, now=utc_now())
        return Response(rule_data(rule, row))


def _seen(text: str, permission: str) -> UUID:
    return withdrawal_with(parse_public_id("wdr", text), permission=permission).pk


def _detail(key: UUID) -> Response:
    row = withdrawal_with(key)
    events = [event_data(each) for each in events_of(key)]
    return Response({**withdrawal_listed(row), "events": events})


def _batch(text: str) -> UUID:
    return parse_public_id("pob", text)


def _asset(code: str) -> Asset:
    row = Asset.objects.filter(code=code).first()
    if row is None:
        raise UnknownAsset(asset=code[:32])
    return row
