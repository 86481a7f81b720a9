"""Cases over the admin API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.aftersales import services
from kernel.aftersales.api.admin_forms import (
    ApprovalTold,
    AsSeen,
    CasesAsked,
    InspectionTold,
    MeansTold,
    OfferTold,
    ReasonTold,
    ReplacementTold,
    ReturnAddressTold,
    VerdictTold,
)
from kernel.aftersales.api.forms import (
    MessageTold,
    ReturnAddressShown,
    StaffCaseListed,
    StaffCaseShown,
    TextTold,
    amount_of,
)
from kernel.aftersales.api.shapes import detail_data, listed_data, staff_data
from kernel.aftersales.choices import CaseKind, PayoutMeans, Verdict
from kernel.aftersales.errors import InvalidCase
from kernel.aftersales.exports import case_rows
from kernel.aftersales.models import Case
from kernel.aftersales.selectors import detail_of, lines_of, searched, staff_case
from kernel.aftersales.services import as_seen
from kernel.aftersales.services.addresses import FIELDS
from kernel.api.openapi.answers import page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.catalogue.sent import contents_of
from kernel.common.csv import csv_lines
from kernel.common.time import utc_now
from kernel.members.api.views import NewestFirst

VIEW: Final = "aftersales.view"
MANAGE: Final = "aftersales.manage"
ARBITRATE: Final = "aftersales.arbitrate"


class CasesView(StaffView):
    """All cases."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        parameters=[CasesAsked, *paging("page_size")], responses=page_of(StaffCaseListed)
    )
    def get(self, request: Request) -> Response:
        """Return cases in pages, the newest first."""
        rows = searched(permission=VIEW, **checked(CasesAsked, request.query_params))
        pages = NewestFirst()
        pages.ordering = ("-id",)
        found: list[Case] = pages.paginate_queryset(rows, request, view=self) or []
        lines = lines_of(found)
        return pages.get_paginated_response(
            [staff_data(listed_data(row, lines[row.pk]), row) for row in found]
        )


class ExportView(StaffView):
    """The cases as a file."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(parameters=[CasesAsked], responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> StreamingHttpResponse:
        """Return the lines of all cases that fit, as CSV."""
        rows = searched(permission=VIEW, **checked(CasesAsked, request.query_params))
        lines = csv_lines(case_rows(rows))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="after-sales.csv"'
        return response


class CaseView(StaffView):
    """One case."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=StaffCaseShown)
    def get(self, request: Request, case: str) -> Response:
        """Return a case by its number or id."""
        return _shown(staff_case(case, VIEW), VIEW)


class ApprovalView(StaffView):
    """Grants what was asked for."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=ApprovalTold, responses=StaffCaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Approve a case; a refund without a return is made at once."""
        asked, found = checked(ApprovalTold, request.data), staff_case(case, MANAGE)
        with as_seen(found.pk, asked.get("version")):
            services.approve(
                found.pk,
                freight_minor=_freight(asked, found.currency),
                address=asked.get("address"),
                text=asked["text"],
                actor=self.actor,
                now=utc_now(),
            )
        return _shown(found, MANAGE)


class OfferView(StaffView):
    """Proposes another settlement."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=OfferTold, responses=StaffCaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Propose less money, or money without sending anything back."""
        asked, found = checked(OfferTold, request.data), staff_case(case, MANAGE)
        with as_seen(found.pk, asked.get("version")):
            services.offer(
                found.pk,
                _amounts(asked["lines"], found.currency),
                kind=CaseKind(asked["kind"]) if asked.get("kind") else None,
                freight_minor=amount_of(asked["freight"], found.currency, field="freight"),
                text=asked["text"],
                actor=self.actor,
                now=utc_now(),
            )
        return _shown(found, MANAGE)


class RejectionView(StaffView):
    """Declines what was asked for."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=ReasonTold, responses=StaffCaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Decline a case, and say why."""
        asked, found = checked(ReasonTold, request.data), staff_case(case, MANAGE)
        with as_seen(found.pk, asked.get("version")):
            services.reject(found.pk, text=asked["text"], actor=self.actor, now=utc_now())
        return _shown(found, MANAGE)


class MessagesView(StaffView):
    """What is said in a case."""

    permissions_by_method = {"POST": MANAGE}
    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(request=MessageTold, responses={201: StaffCaseShown})
    def post(self, request: Request, case: str) -> Response:
        """Write to the buyer."""
        asked, found = checked(MessageTold, request.data), staff_case(case, MANAGE)
        pictures = contents_of(asked["pictures"], refusal=InvalidCase)
        services.say(found.pk, asked["text"], pictures=pictures, actor=self.actor, now=utc_now())
        return _shown(found, MANAGE, status=201)


class ArrivalView(StaffView):
    """Goods that came back."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=AsSeen, responses=StaffCaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Note that what was sent back is there."""
        asked, found = checked(AsSeen, request.data), staff_case(case, MANAGE)
        with as_seen(found.pk, asked.get("version")):
            services.note_arrival(found.pk, actor=self.actor, now=utc_now())
        return _shown(found, MANAGE)


class InspectionView(StaffView):
    """What came back as it should."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=InspectionTold, responses=StaffCaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Say how much is accepted, and what goes back on the shelf."""
        asked, found = checked(InspectionTold, request.data), staff_case(case, MANAGE)
        with as_seen(found.pk, asked.get("version")):
            services.inspect(
                found.pk,
                accepted={each["line"]: each["accepted"] for each in asked["lines"]},
                restock=[each["line"] for each in asked["lines"] if each["restock"]],
                location_id=asked.get("location"),
                text=asked["text"],
                actor=self.actor,
                now=utc_now(),
            )
        return _shown(found, MANAGE)


class ReplacementView(StaffView):
    """What is sent instead."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=ReplacementTold, responses=StaffCaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Send the replacement."""
        asked, found = checked(ReplacementTold, request.data), staff_case(case, MANAGE)
        with as_seen(found.pk, asked.get("version")):
            services.replace(
                found.pk,
                carrier=asked["carrier"],
                tracking=asked["tracking"],
                location_id=asked.get("location"),
                actor=self.actor,
                now=utc_now(),
            )
        return _shown(found, MANAGE)


class PayoutView(StaffView):
    """Money that did not find its way."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=MeansTold, responses=StaffCaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Send it once more, give it to the balance, or note that it was paid by hand."""
        asked, found = checked(MeansTold, request.data), staff_case(case, MANAGE)
        now = utc_now()
        with as_seen(found.pk, asked.get("version")):
            if asked["means"] == PayoutMeans.ORIGINAL:
                services.retry(found.pk, actor=self.actor, now=now)
            elif asked["means"] == PayoutMeans.WALLET:
                services.to_wallet(found.pk, actor=self.actor, now=now)
            else:
                services.by_hand(found.pk, reason=asked["reason"], actor=self.actor, now=now)
        return _shown(found, MANAGE)


class VerdictView(StaffView):
    """Decides disputes."""

    permissions_by_method = {"POST": ARBITRATE}

    @extend_schema(request=VerdictTold, responses=StaffCaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Decide a dispute, and say why."""
        asked, found = checked(VerdictTold, request.data), staff_case(case, ARBITRATE)
        lines = asked.get("lines")
        with as_seen(found.pk, asked.get("version")):
            services.arbitrate(
                found.pk,
                Verdict(asked["verdict"]),
                amounts=None if lines is None else _amounts(lines, found.currency),
                freight_minor=_freight(asked, found.currency),
                text=asked["text"],
                actor=self.actor,
                now=utc_now(),
            )
        return _shown(found, ARBITRATE)


class EscalationView(StaffView):
    """Takes disputes to the platform."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=TextTold, responses=StaffCaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Let the platform decide a dispute; nobody of the shop decides it any more."""
        text, found = checked(TextTold, request.data)["text"], staff_case(case, MANAGE)
        services.escalate(found.pk, text=text, actor=self.actor, now=utc_now())
        return _shown(found, MANAGE)


class ReturnAddressView(StaffView):
    """Where goods are sent back to."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE}

    @extend_schema(responses=ReturnAddressShown)
    def get(self, request: Request) -> Response:
        """Return the shop's address for returns; empty texts while there is none."""
        return Response({**dict.fromkeys(FIELDS, ""), **services.current_address()})

    @extend_schema(request=ReturnAddressTold, responses=ReturnAddressShown)
    def put(self, request: Request) -> Response:
        """Choose the address."""
        asked = checked(ReturnAddressTold, request.data)
        return Response(services.set_address(asked, actor=self.actor))


def _freight(asked: Mapping[str, Any], currency: str) -> int | None:
    text = asked.get("freight")
    return None if text is None else amount_of(text, currency, field="freight")


def _amounts(told: Sequence[Mapping[str, Any]], currency: str) -> dict[UUID, int]:
    return {each["line"]: amount_of(each["amount"], currency) for each in told}


def _shown(case: Case, permission: str, *, status: int = 200) -> Response:
    row = staff_case(case.public_id, permission)
    return Response(staff_data(detail_data(detail_of(row)), row), status=status)
