"""Colleagues and templates over the channel API."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.partners.api.authentication import PartnerView
from channel_center.partners.api.paging import CURSOR, page_of, pages_of
from channel_center.partners.api.tenants import tenant_of
from channel_center.partners.choices import PartnerRole
from channel_center.partners.models import Invitation
from channel_center.partners.services.people import (
    MOST_SHOPS,
    PersonDraft,
    invite,
    invite_again,
    reach_of,
    role_of,
)
from channel_center.snapshots.models import Template
from channel_center.snapshots.services.templates import usable_templates
from kernel.access.models import Staff
from kernel.access.staffing import UnknownStaff
from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id, public_id

_VIEW: Final = "staff.view"
_MANAGE: Final = "staff.manage"


class PersonTold(serializers.Serializer[Any]):
    """Who shall be let in."""

    name = serializers.CharField(max_length=80)
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=PartnerRole.choices)
    tenants = serializers.ListField(
        child=serializers.CharField(max_length=40),
        max_length=MOST_SHOPS,
        default=list,
        help_text="The only ones that the person sees; empty for all.",
    )


class PersonShown(serializers.Serializer[Any]):
    """Somebody who works for the partner."""

    id = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.CharField()
    tenants = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="null for all."
    )
    is_active = serializers.BooleanField()
    is_invited = serializers.BooleanField(help_text="Has not chosen a password yet.")


class TemplateShown(serializers.Serializer[Any]):
    """A template from which a tenant can be opened."""

    id = serializers.CharField()
    name = serializers.CharField()
    industry = serializers.CharField()
    summary = serializers.CharField()
    is_own = serializers.BooleanField()


class PeopleView(PartnerView):
    """The partner's people."""

    permissions_by_method = {"GET": _VIEW, "POST": _MANAGE}

    @extend_schema(responses=pages_of(PersonShown), parameters=[CURSOR])
    def get(self, request: Request) -> Response:
        """Return colleagues, the newest first."""
        rows = Staff.objects.filter(channel_id=self.channel_id)
        found, cursor = page_of(rows, request, "stf")
        return Response({"items": [_person(row) for row in found], "next_cursor": cursor})

    @extend_schema(request=PersonTold, responses={201: PersonShown})
    def post(self, request: Request) -> Response:
        """Invite somebody, who gets a letter with the link to come in by.

        A program invites no owners: it would make somebody who may do more than itself.
        """
        told = checked(PersonTold, request.data)
        role = PartnerRole(told["role"])
        if role == PartnerRole.OWNER and not isinstance(self.asks, Staff):
            raise PermissionDenied
        shops = [tenant_of(self.asks, each).pk for each in told["tenants"]]
        is_limited = bool(shops) and role != PartnerRole.OWNER
        draft = PersonDraft(
            name=told["name"],
            email=told["email"],
            role=role,
            shops=shops if is_limited else None,
        )
        invited = invite(self.channel_id, draft, actor=self.actor)
        return Response(_person(invited.person), status=201)


class InvitationView(PartnerView):
    """The invitation of a colleague."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=None, responses=PersonShown)
    def post(self, request: Request, person: str) -> Response:
        """Send a new link to somebody who has not come yet; the old one is over."""
        try:
            key = parse_public_id("stf", person)
        except DomainError as error:
            raise UnknownStaff from error
        invited = invite_again(self.channel_id, key, actor=self.actor)
        return Response(_person(invited.person))


class TemplatesView(PartnerView):
    """Templates."""

    permissions_by_method = {"GET": "tenants.view"}

    @extend_schema(responses=items_of(TemplateShown))
    def get(self, request: Request) -> Response:
        """Return those from which a tenant can be opened: the partner's, and shared ones."""
        rows = usable_templates(self.channel_id)
        return Response({"items": [_template(row, self) for row in rows]})


def _person(row: Staff) -> dict[str, object]:
    reach = reach_of(row)
    return {
        "id": row.public_id,
        "name": row.name,
        "email": row.email,
        "role": role_of(row),
        "tenants": None if reach is None else [public_id("ten", each) for each in reach],
        "is_active": row.is_active,
        "is_invited": Invitation.objects.filter(pk=row.pk, used_at=None).exists(),
    }


def _template(row: Template, view: PartnerView) -> dict[str, object]:
    return {
        "id": row.public_id,
        "name": row.name,
        "industry": row.industry,
        "summary": row.summary,
        "is_own": row.channel_id == view.channel_id,
    }
