"""Staff, their roles, and what roles can hold, over the admin API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.access.factors import factor_of
from kernel.access.models import Reach, Role, SecondFactor, Staff
from kernel.access.offered import known_codes, shelves
from kernel.access.services import OWNER
from kernel.access.staffing import (
    UnknownStaff,
    change_staff,
    delete_role,
    invite_staff,
    remove_staff,
    reset_second_factor,
    save_role,
)
from kernel.api.openapi.answers import items_of
from kernel.api.public_ids import PublicIdField
from kernel.common.ids import parse_public_id, public_id
from kernel.common.time import utc_now

VIEW, MANAGE = "staff.view", "staff.manage"
_MOST = 200


class PermissionShown(serializers.Serializer[Any]):
    """One thing that somebody may be allowed."""

    code = serializers.CharField()
    title = serializers.CharField()


class SectionShown(serializers.Serializer[Any]):
    """Permissions that belong together."""

    title = serializers.CharField()
    permissions = PermissionShown(many=True)


class RoleTold(serializers.Serializer[Any]):
    """What a role allows, and for which part of the shop."""

    name = serializers.CharField(max_length=80)
    permissions = serializers.ListField(child=serializers.CharField(max_length=80), max_length=500)
    reach = serializers.ChoiceField(choices=Reach.choices, default=Reach.ALL)


class RoleShown(serializers.Serializer[Any]):
    """A role; the owner's cannot be changed."""

    id = serializers.CharField()
    name = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())
    reach = serializers.ChoiceField(choices=Reach.choices)
    is_owner = serializers.BooleanField()


class HoldsTold(serializers.Serializer[Any]):
    """Which roles somebody holds, and at which stores he works."""

    roles = serializers.ListField(child=PublicIdField("rol"), max_length=_MOST)
    stores = serializers.ListField(child=PublicIdField("loc"), max_length=_MOST, default=list)


class StaffTold(HoldsTold):
    """Somebody of the staff, as he shall be."""

    name = serializers.CharField(max_length=80)
    is_active = serializers.BooleanField(default=True)


class InviteTold(HoldsTold):
    """Somebody who shall sign in from now on."""

    name = serializers.CharField(max_length=80)
    email = serializers.EmailField(max_length=254)


class StaffShown(serializers.Serializer[Any]):
    """Somebody of the staff."""

    id = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    is_active = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.CharField())
    stores = serializers.ListField(child=serializers.CharField())
    has_second_factor = serializers.BooleanField()
    last_sign_in = serializers.DateTimeField(allow_null=True)


class InvitedShown(StaffShown):
    """Somebody who was invited, with a first password that is shown only now."""

    password = serializers.CharField()


class PermissionsView(StaffView):
    """What roles can hold."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(SectionShown))
    def get(self, request: Request) -> Response:
        """Return every permission that can be held here, the modules' in use among them."""
        items = [
            {
                "title": str(shelf.label),
                "permissions": [
                    {"code": code, "title": str(label)} for code, label in shelf.permissions
                ],
            }
            for shelf in shelves()
        ]
        return Response({"items": items})


class RolesView(StaffView):
    """The roles."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=items_of(RoleShown))
    def get(self, request: Request) -> Response:
        """Return every role."""
        return Response({"items": [_role_data(row) for row in Role.objects.order_by("name", "id")]})

    @extend_schema(request=RoleTold, responses={201: RoleShown})
    def post(self, request: Request) -> Response:
        """Make a role; nobody gives more than he has."""
        return Response(_role_data(_saved_role(self, request, None)), status=201)


class RoleView(StaffView):
    """One role."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=RoleShown)
    def get(self, request: Request, role: str) -> Response:
        """Return a role."""
        row = Role.objects.filter(pk=parse_public_id("rol", role)).first()
        if row is None:
            raise UnknownStaff
        return Response(_role_data(row))

    @extend_schema(request=RoleTold, responses=RoleShown)
    def put(self, request: Request, role: str) -> Response:
        """Change a role; whoever holds it is held to it from the next request on."""
        return Response(_role_data(_saved_role(self, request, parse_public_id("rol", role))))

    @extend_schema(responses={204: OpenApiResponse(description="Deleted.")})
    def delete(self, request: Request, role: str) -> Response:
        """Delete a role that nobody holds."""
        delete_role(parse_public_id("rol", role), by=_person(request), actor=self.actor)
        return Response(status=204)


class PeopleView(StaffView):
    """The staff."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=items_of(StaffShown))
    def get(self, request: Request) -> Response:
        """Return everybody who may or might sign in; helpers for a time are left out."""
        people = Staff.objects.filter(expires_at=None).prefetch_related("assignments")
        factors = SecondFactor.objects.filter(confirmed_at__isnull=False)
        protected = set(factors.values_list("staff_id", flat=True))
        items = [_data(row, row.pk in protected) for row in people.order_by("name", "id")]
        return Response({"items": items})

    @extend_schema(request=InviteTold, responses={201: InvitedShown})
    def post(self, request: Request) -> Response:
        """Invite somebody; the first password has to be changed at once."""
        told = _told(InviteTold, request)
        person, password = invite_staff(
            email=told["email"],
            name=told["name"],
            role_ids=told["roles"],
            stores=told["stores"],
            by=_person(request),
            actor=self.actor,
        )
        shown = _data(person, has_factor=False)
        return Response({**shown, "password": password}, status=201)


class PersonView(StaffView):
    """Somebody of the staff."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE, "DELETE": MANAGE}
    confirmed_methods = frozenset({"DELETE"})

    @extend_schema(responses=StaffShown)
    def get(self, request: Request, person: str) -> Response:
        """Return somebody of the staff."""
        row = Staff.objects.filter(pk=parse_public_id("stf", person)).first()
        if row is None:
            raise UnknownStaff
        return Response(_data(row, factor_of(row) is not None))

    @extend_schema(request=StaffTold, responses=StaffShown)
    def put(self, request: Request, person: str) -> Response:
        """Give somebody these roles and stores and no others; let in, or no more."""
        told = _told(StaffTold, request)
        row = change_staff(
            parse_public_id("stf", person),
            name=told["name"],
            role_ids=told["roles"],
            stores=told["stores"],
            is_active=told["is_active"],
            by=_person(request),
            actor=self.actor,
        )
        return Response(_data(row, factor_of(row) is not None))

    @extend_schema(responses={204: OpenApiResponse(description="Removed.")})
    def delete(self, request: Request, person: str) -> Response:
        """Take somebody off the staff; what he did stays on record."""
        key = parse_public_id("stf", person)
        remove_staff(key, by=_person(request), actor=self.actor, now=utc_now())
        return Response(status=204)


class FactorView(StaffView):
    """The second factor of somebody of the staff."""

    permissions_by_method = {"DELETE": MANAGE}
    confirmed_methods = frozenset({"DELETE"})

    @extend_schema(responses={204: OpenApiResponse(description="Taken away.")})
    def delete(self, request: Request, person: str) -> Response:
        """Take away what somebody lost; all his devices are signed out."""
        key = parse_public_id("stf", person)
        reset_second_factor(key, by=_person(request), actor=self.actor, now=utc_now())
        return Response(status=204)


def _saved_role(view: StaffView, request: Request, role_id: UUID | None) -> Role:
    told = _told(RoleTold, request)
    by = _person(request)
    return save_role(role_id, **told, known=known_codes(), by=by, actor=view.actor)


def _person(request: Request) -> Staff:
    person = request.user
    assert isinstance(person, Staff)  # noqa: S101  `MayAct` lets nobody else pass
    return person


def _told(form: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    bound = form(data=request.data)
    bound.is_valid(raise_exception=True)
    return dict(bound.validated_data)


def _role_data(row: Role) -> dict[str, object]:
    return {
        "id": row.public_id,
        "name": row.name,
        "permissions": list(row.permissions),
        "reach": row.reach,
        "is_owner": row.code == OWNER,
    }


def _data(row: Staff, has_factor: bool) -> dict[str, object]:
    held = sorted(each.role_id for each in row.assignments.all())
    return {
        "id": row.public_id,
        "name": row.name,
        "email": row.email,
        "is_active": row.is_active,
        "roles": [public_id("rol", key) for key in held],
        "stores": [public_id("loc", UUID(key)) for key in row.stores],
        "has_second_factor": has_factor,
        "last_sign_in": row.last_login,
    }
