"""Taxes over the admin API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.views import NewestFirst
from kernel.taxes.api.forms import (
    ExemptionDecision,
    ExemptionListed,
    TaxClassShown,
    TaxClassTold,
    TaxPolicyForm,
    TaxZoneShown,
    TaxZoneTold,
    class_data,
    exemption_data,
    rate_terms,
    zone_data,
)
from kernel.taxes.choices import ExemptionState
from kernel.taxes.models import Exemption
from kernel.taxes.selectors import exemptions, tax_classes, tax_zones
from kernel.taxes.services import (
    Policy,
    ZoneTerms,
    decide,
    delete_class,
    delete_zone,
    policy_of,
    save_class,
    save_zone,
    set_policy,
)

VIEW: Final = "taxes.view"
MANAGE: Final = "taxes.manage"
_GONE: Final = {204: OpenApiResponse(description="Deleted.")}


class ExemptionsAsked(serializers.Serializer[Any]):
    """Which exemptions a list shows."""

    q = serializers.CharField(required=False, max_length=100, allow_blank=True, default="")
    state = serializers.ChoiceField(choices=ExemptionState.choices, required=False, default="")


class PolicyView(StaffView):
    """How the shop taxes its orders."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE}

    @extend_schema(responses=TaxPolicyForm)
    def get(self, request: Request) -> Response:
        """Return the choices."""
        return Response(asdict(policy_of()))

    @extend_schema(request=TaxPolicyForm, responses=TaxPolicyForm)
    def put(self, request: Request) -> Response:
        """Change the choices; orders that are placed stay as they are."""
        chosen = set_policy(Policy(**checked(TaxPolicyForm, request.data)), actor=self.actor)
        return Response(asdict(chosen))


class ClassesView(StaffView):
    """The tax classes."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(TaxClassShown))
    def get(self, request: Request) -> Response:
        """Return the tax classes."""
        return Response({"items": [class_data(row) for row in tax_classes()]})


class ClassView(StaffView):
    """One tax class."""

    permissions_by_method = {"PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=TaxClassTold, responses=TaxClassShown)
    def put(self, request: Request, code: str) -> Response:
        """Add a tax class, or change the one with this code."""
        told = checked(TaxClassTold, request.data)
        row = save_class(code, told["names"], position=told["position"], actor=self.actor)
        return Response(class_data(row))

    @extend_schema(responses=_GONE)
    def delete(self, request: Request, code: str) -> Response:
        """Delete a tax class that nothing belongs to."""
        delete_class(code, actor=self.actor)
        return Response(status=204)


class ZonesView(StaffView):
    """The tax zones."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=items_of(TaxZoneShown))
    def get(self, request: Request) -> Response:
        """Return the zones with their rates."""
        return Response({"items": [zone_data(zone, rates) for zone, rates in tax_zones()]})

    @extend_schema(request=TaxZoneTold, responses={201: TaxZoneShown})
    def post(self, request: Request) -> Response:
        """Add a zone."""
        row = save_zone(_terms(request), actor=self.actor)
        return Response(_zone(row.public_id), status=201)


class ZoneView(StaffView):
    """One tax zone."""

    permissions_by_method = {"PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=TaxZoneTold, responses=TaxZoneShown)
    def put(self, request: Request, zone: str) -> Response:
        """Change a zone, with all its rates."""
        row = save_zone(_terms(request), zone_id=parse_public_id("txz", zone), actor=self.actor)
        return Response(_zone(row.public_id))

    @extend_schema(responses=_GONE)
    def delete(self, request: Request, zone: str) -> Response:
        """Delete a zone."""
        delete_zone(parse_public_id("txz", zone), actor=self.actor)
        return Response(status=204)


class ExemptionsView(StaffView):
    """Buyers who pay no tax, or ask not to."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        parameters=[ExemptionsAsked, *paging("page_size")], responses=page_of(ExemptionListed)
    )
    def get(self, request: Request) -> Response:
        """Return exemptions in pages, the newest first."""
        asked = checked(ExemptionsAsked, request.query_params)
        pages = NewestFirst()
        pages.ordering = ("-id",)
        rows = exemptions(state=asked["state"], text=asked["q"])
        found: list[Exemption] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([_listed(row) for row in found])


class ExemptionView(StaffView):
    """One exemption."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=ExemptionDecision, responses=ExemptionListed)
    def post(self, request: Request, exemption: str) -> Response:
        """Grant, refuse or end an exemption."""
        told = checked(ExemptionDecision, request.data)
        row = decide(
            parse_public_id("txe", exemption),
            ExemptionState(told["state"]),
            valid_until=told["valid_until"],
            reason=told["reason"],
            actor=self.actor,
            now=utc_now(),
        )
        return Response(_listed(row))


def _terms(request: Request) -> ZoneTerms:
    told = checked(TaxZoneTold, request.data)
    return ZoneTerms(**{**told, "rates": rate_terms(told.get("rates", []))})


def _zone(public_id: str) -> dict[str, object]:
    found = (each for each in tax_zones() if each[0].public_id == public_id)
    return zone_data(*next(found))


def _listed(row: Exemption) -> dict[str, object]:
    return {**exemption_data(row), "member": row.member.public_id}
