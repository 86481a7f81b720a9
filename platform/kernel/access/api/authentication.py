"""How API views learn which member of staff calls, and whether that person may."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from kernel.access.actors import actor_of
from kernel.access.api.throttling import StaffThrottle
from kernel.access.confirming import ConfirmationNeeded, is_confirmed
from kernel.access.models import Staff
from kernel.access.scopes import limit_to, limited_to
from kernel.audit.actor import Actor
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


class MayAct(BasePermission):
    """Asks the person's roles for the permission that the view names for the method."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the person may; a method without a permission is closed."""
        wanted = getattr(view, "permissions_by_method", {}).get(request.method)
        return isinstance(request.user, Staff) and wanted is not None and request.user.may(wanted)


class IsStaff(BasePermission):
    """Lets everybody in who works here."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether staff ask."""
        return isinstance(request.user, Staff)


class StaffView(APIView):
    """A view for staff.

    Attributes:
        permissions_by_method: ``{"GET": "stock.view"}``; others are closed.
        confirmed_methods: those before which the password is asked for again.
    """

    authentication_classes = (StaffAuthentication,)
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
        if isinstance(request.user, Staff):
            limit_to(request.user)

    @property
    def actor(self) -> Actor:
        """Who calls, for services and the audit log."""
        person = self.request.user
        assert isinstance(person, Staff)  # noqa: S101  `MayAct` lets nobody else pass
        return actor_of(self.request._request, person)  # noqa: SLF001  DRF has no other name
