"""How API views learn which member of staff calls, and whether that person may."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from kernel.access.actors import actor_of
from kernel.access.api.throttling import StaffThrottle
from kernel.access.confirming import ConfirmationNeeded, is_confirmed
from kernel.access.models import Staff
from kernel.access.programs import Program, ScopeMissing, program_of
from kernel.access.scopes import limit_to, limited_to
from kernel.audit.actor import Actor
from kernel.common.http import client_ip
from kernel.common.time import utc_now


class StaffAuthentication(SessionAuthentication):
    """The person of a console's session; writes need the CSRF token as well."""

    @override
    def authenticate(self, request: Request) -> tuple[Staff, None] | None:
        """Return the person, or None when nobody is signed in who may work."""
        found = super().authenticate(request)
        person = found[0] if found is not None else None
        if not isinstance(person, Staff) or person.must_change_password or person.must_set_factor:
            return None
        return person, None

    @override
    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a stranger is answered with 401."""
        return "Session"


class ProgramAuthentication(BaseAuthentication):
    """The program of an API key, ``Authorization: Bearer …``."""

    @override
    def authenticate(self, request: Request) -> tuple[Program, None] | None:
        """Return the program, or None when no key is shown.

        Raises:
            ProgramRefused: the key is not valid.
            AddressRefused: it may not be used from there.
        """
        found = program_of(request._request)  # noqa: SLF001  DRF has no other name for it
        return None if found is None else (found, None)


class MayAct(BasePermission):
    """Asks roles, or the scopes of a key, for the permission that the view names for the method."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether whoever asks may; a method without a permission is closed.

        Raises:
            ScopeMissing: a key lacks the scope.
        """
        wanted = getattr(view, "permissions_by_method", {}).get(request.method)
        asks: object = request.user
        if wanted is None or not isinstance(asks, Staff | Program):
            return False
        if isinstance(asks, Program) and not asks.may(wanted):
            raise ScopeMissing(wanted, scope=wanted)
        return asks.may(wanted)


class IsStaff(BasePermission):
    """Lets everybody in who works here."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether staff ask."""
        return isinstance(request.user, Staff)


class StaffView(APIView):
    """A view for staff, and for programs with a key of the shop.

    Attributes:
        permissions_by_method: ``{"GET": "stock.view"}``; others are closed.
        confirmed_methods: those before which the password is asked for again.
    """

    authentication_classes: tuple[type[BaseAuthentication], ...] = (
        StaffAuthentication,
        ProgramAuthentication,
    )
    permission_classes: tuple[type[BasePermission], ...] = (MayAct,)
    throttle_classes = (StaffThrottle,)
    permissions_by_method: dict[str, str] = {}
    confirmed_methods: frozenset[str] = frozenset()

    @override
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer; the limits of whoever asks end with the answer."""
        with limited_to(None):
            return super().dispatch(request, *args, **kwargs)

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in who may come in, within the person's limits, once sure that it is he."""
        super().initial(request, *args, **kwargs)
        asks_again = request.method in self.confirmed_methods
        if asks_again and not is_confirmed(request.session, now=utc_now()):
            raise ConfirmationNeeded
        asks: object = request.user
        if isinstance(asks, Staff | Program):
            limit_to(asks)

    @property
    def actor(self) -> Actor:
        """Who calls, for services and the audit log."""
        request = self.request._request  # noqa: SLF001  DRF has no other name for it
        asks: object = self.request.user
        if isinstance(asks, Program):
            return Actor("program", asks.public_id, asks.name, ip=client_ip(request))
        assert isinstance(asks, Staff)  # noqa: S101  `MayAct` lets nobody else pass
        return actor_of(request, asks)
