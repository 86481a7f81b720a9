"""How the channel API learns which partner calls."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from channel_center.hosts import HOSTS
from channel_center.partners.services.keys import PartnerProgram, read_key
from kernel.access.actors import actor_of
from kernel.access.api.authentication import StaffAuthentication
from kernel.access.api.throttling import StaffThrottle
from kernel.access.models import Staff
from kernel.access.programs import ProgramRefused, ScopeMissing
from kernel.audit.actor import Actor
from kernel.backoffice.shell import signed_in
from kernel.common.http import client_ip
from kernel.common.ratelimit import Limit, WhenDown
from kernel.common.time import utc_now
from kernel.tenancy.middleware import request_host

# Nobody guesses a key, but whoever tries must not make the database work for it.
REFUSED = Limit("partners.keys_refused", "60/minute", WhenDown.PASS)


class PartnerAuthentication(BaseAuthentication):
    """The program of a partner's key, ``Authorization: Bearer …``, at the partner's own host."""

    @override
    def authenticate(self, request: Request) -> tuple[PartnerProgram, None] | None:
        """Return the program, or None when no key is shown.

        Raises:
            ProgramRefused: the key is not valid, or is another partner's.
            AddressRefused: it may not be used from there.
        """
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        inner = request._request  # noqa: SLF001  DRF has no other name for it
        address = client_ip(inner)
        host = HOSTS.find(request_host(inner))
        owner = host.channel_id if host is not None else None
        try:
            program = read_key(text.strip(), owner=owner, address=address, now=utc_now())
        except ProgramRefused:
            REFUSED.check(address)
            raise
        return program, None

    @override
    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a stranger is answered with 401."""
        return "Bearer"


class PartnerSession(StaffAuthentication):
    """The person of a session at the partner's own host; writes need the CSRF token as well."""

    @override
    def authenticate(self, request: Request) -> tuple[Staff, None] | None:
        """Return the person, or None when nobody is signed in here who may work."""
        found = super().authenticate(request)
        if found is None or signed_in(request._request) is None:  # noqa: SLF001  DRF has no other name
            return None
        return found if found[0].channel_id is not None else None


class MayActForPartner(BasePermission):
    """Asks the scopes of a key, or roles, for what the view names for the method."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether whoever asks may; a method without a permission is closed.

        Raises:
            ScopeMissing: a key lacks the scope.
        """
        wanted = getattr(view, "permissions_by_method", {}).get(request.method)
        asks: object = request.user
        if wanted is None or not isinstance(asks, Staff | PartnerProgram):
            return False
        if isinstance(asks, PartnerProgram) and not asks.may(wanted):
            raise ScopeMissing(wanted, scope=wanted)
        return asks.may(wanted)


class PartnerView(APIView):
    """A view for a partner's people and programs.

    Attributes:
        permissions_by_method: ``{"GET": "tenants.view"}``; others are closed.
    """

    authentication_classes: tuple[type[BaseAuthentication], ...] = (
        PartnerAuthentication,
        PartnerSession,
    )
    permission_classes: tuple[type[BasePermission], ...] = (MayActForPartner,)
    throttle_classes = (StaffThrottle,)
    permissions_by_method: dict[str, str] = {}

    @property
    def asks(self) -> Staff | PartnerProgram:
        """Who calls."""
        # `MayActForPartner` lets nobody else pass.
        found: Any = self.request.user
        return cast("Staff | PartnerProgram", found)

    @property
    def channel_id(self) -> UUID:
        """The partner that calls."""
        found = self.asks.channel_id
        assert found is not None  # noqa: S101  `PartnerSession` lets no operator pass
        return found

    @property
    def actor(self) -> Actor:
        """Who calls, for services and the audit log."""
        request = self.request._request  # noqa: SLF001  DRF has no other name for it
        asks = self.asks
        if isinstance(asks, Staff):
            return actor_of(request, asks)
        return Actor("program", asks.public_id, asks.name, ip=client_ip(request))
