"""A buyer's cases over the store API, with an account or without."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.aftersales.api.forms import (
    AskedFor,
    CaseAsked,
    CaseListed,
    CaseShown,
    MessageTold,
    OpeningShown,
    ParcelTold,
    PlanShown,
    TextTold,
    wishes_of,
)
from kernel.aftersales.api.shapes import detail_data, listed_data, opening_data, plan_data
from kernel.aftersales.choices import CaseKind, Reason, Remedy
from kernel.aftersales.errors import InvalidCase
from kernel.aftersales.limits import ASKED, SAID
from kernel.aftersales.models import Case
from kernel.aftersales.planning import openings_of
from kernel.aftersales.selectors import case_of, cases_of, detail_of, lines_of
from kernel.aftersales.services import (
    cancel,
    decline_offer,
    dispute,
    escalate,
    preview,
    request,
    say,
    send_back,
    take_money,
    take_offer,
)
from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.audit.actor import Actor
from kernel.catalogue.sent import contents_of
from kernel.common.time import utc_now
from kernel.members.api.views import NewestFirst, told
from kernel.orders.api.buyers import BuyerView

_ORDER: Final = OpenApiParameter("order", str, required=True, description="number or id")


class OrderAsked(serializers.Serializer[Any]):
    """Which order is meant."""

    order = serializers.CharField(max_length=60)


class OwnView(BuyerView):
    """A view of one of the buyer's cases."""

    def case(self, text: str) -> Case:
        """Return the buyer's own case."""
        return case_of(text, member_id=self.member_id, groups=self.groups)

    def shown(self, case: Case) -> Response:
        """Answer with a case as it is now."""
        return Response(detail_data(detail_of(self.case(case.public_id))))


class OpeningsView(BuyerView):
    """For what an order is open."""

    @extend_schema(parameters=[_ORDER], responses=items_of(OpeningShown))
    def get(self, request: Request) -> Response:
        """Return what can be asked for each line of an order; nothing when its time is over."""
        asked = OrderAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        order = self.order(asked.validated_data["order"])
        found = openings_of(order, now=utc_now())
        return Response({"items": [opening_data(each, order.currency) for each in found]})


class PreviewView(BuyerView):
    """What a request would come to."""

    @extend_schema(request=AskedFor, responses=PlanShown)
    def post(self, request: Request) -> Response:
        """Say what would go back; nothing is kept."""
        asked = told(AskedFor, request)
        order = self.order(asked["order"])
        made = preview(
            order,
            CaseKind(asked["kind"]),
            Reason(asked["reason"]),
            wishes_of(asked["lines"], order.currency),
            remedy=Remedy(asked["remedy"]),
            now=utc_now(),
        )
        return Response(plan_data(made))


class CasesView(BuyerView):
    """The cases of who calls."""

    @extend_schema(parameters=paging("page_size"), responses=page_of(CaseListed))
    def get(self, request: Request) -> Response:
        """Return the buyer's cases in pages, the newest first."""
        pages = NewestFirst()
        pages.ordering = ("-id",)
        rows = cases_of(member_id=self.member_id, groups=self.groups)
        found: list[Case] = pages.paginate_queryset(rows, request, view=self) or []
        lines = lines_of(found)
        return pages.get_paginated_response([listed_data(row, lines[row.pk]) for row in found])

    @extend_schema(request=CaseAsked, responses={201: CaseShown})
    def post(self, request: Request) -> Response:
        """Ask for something after the sale."""
        asked = told(CaseAsked, request)
        ASKED.check(self.counted_as)
        order = self.order(asked["order"])
        case = _request(order.pk, asked, order.currency, self.actor)
        made = case_of(case.public_id, member_id=self.member_id, groups=self.groups)
        return Response(detail_data(detail_of(made)), status=201)


class CaseView(OwnView):
    """One case of who calls."""

    @extend_schema(responses=CaseShown)
    def get(self, request: Request, case: str) -> Response:
        """Return a case by its number or id."""
        return self.shown(self.case(case))


class MessagesView(OwnView):
    """What is said in a case."""

    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(request=MessageTold, responses={201: CaseShown})
    def post(self, request: Request, case: str) -> Response:
        """Write to the shop, with pictures where they help."""
        asked = told(MessageTold, request)
        SAID.check(self.counted_as)
        found = self.case(case)
        pictures = contents_of(asked["pictures"], refusal=InvalidCase)
        say(found.pk, asked["text"], pictures=pictures, actor=self.actor, now=utc_now())
        return Response(detail_data(detail_of(self.case(case))), status=201)


class ParcelView(OwnView):
    """How the goods travel back."""

    @extend_schema(request=ParcelTold, responses=CaseShown)
    def put(self, request: Request, case: str) -> Response:
        """Name the carrier and the number of what was sent back."""
        asked = told(ParcelTold, request)
        found = self.case(case)
        send_back(
            found.pk,
            carrier=asked["carrier"],
            tracking=asked["tracking"],
            actor=self.actor,
            now=utc_now(),
        )
        return self.shown(found)


class CancellationView(OwnView):
    """Takes back what was asked for."""

    @extend_schema(request=None, responses=CaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Withdraw a case that is not decided."""
        return self.shown(cancel(self.case(case).pk, actor=self.actor, now=utc_now()))


class OfferView(OwnView):
    """Answers what the shop proposes."""

    @extend_schema(request=None, responses=CaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Accept the proposal."""
        return self.shown(take_offer(self.case(case).pk, actor=self.actor, now=utc_now()))

    @extend_schema(request=None, responses={200: CaseShown})
    def delete(self, request: Request, case: str) -> Response:
        """Stay with what was asked for."""
        return self.shown(decline_offer(self.case(case).pk, actor=self.actor, now=utc_now()))


class DisputeView(OwnView):
    """Takes a case to arbitration."""

    @extend_schema(request=TextTold, responses=CaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Object to what the shop decided or proposes."""
        text = told(TextTold, request)["text"]
        SAID.check(self.counted_as)
        return self.shown(dispute(self.case(case).pk, text=text, actor=self.actor, now=utc_now()))


class EscalationView(OwnView):
    """Takes disputes to the platform."""

    @extend_schema(request=TextTold, responses=CaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Let the platform decide a dispute instead of the shop."""
        text = told(TextTold, request)["text"]
        SAID.check(self.counted_as)
        return self.shown(escalate(self.case(case).pk, text=text, actor=self.actor, now=utc_now()))


class MoneyView(OwnView):
    """Gives an exchange up whose difference is to be paid."""

    @extend_schema(request=None, responses=CaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Have the money for the old goods instead of paying the difference."""
        return self.shown(take_money(self.case(case).pk, actor=self.actor, now=utc_now()))


def _request(order_id: Any, asked: Any, currency: str, actor: Actor) -> Case:
    return request(
        order_id,
        CaseKind(asked["kind"]),
        Reason(asked["reason"]),
        wishes_of(asked["lines"], currency),
        remedy=Remedy(asked["remedy"]),
        text=asked["text"],
        actor=actor,
        now=utc_now(),
    )
