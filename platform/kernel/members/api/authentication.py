"""How API views learn which member calls."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from kernel.members.cookies import bearer_token
from kernel.members.middleware import member_of
from kernel.members.models import Member


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def enforce_csrf(request: HttpRequest) -> None:
    """Refuse a write that another site's page may have sent with the member's cookie.

    Raises:
        PermissionDenied: the token is missing or wrong.
    """
    check = _CsrfCheck(lambda _request: HttpResponse())
    check.process_request(request)
    if reason := check.process_view(request, lambda _request: HttpResponse(), (), {}):
        raise PermissionDenied(str(reason), code="csrf_failed")


class MemberAuthentication(BaseAuthentication):
    """The member of a bearer token, or of the cookie together with a CSRF token."""

    @override
    def authenticate(self, request: Request) -> tuple[Member, None] | None:
        """Return the member, or None when nobody is signed in."""
        plain = request._request  # noqa: SLF001  DRF has no other name for it
        member = member_of(plain)
        if member is None:
            return None
        if not bearer_token(plain):
            enforce_csrf(plain)
        return member, None

    @override
    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a stranger is answered with 401."""
        return "Bearer"


class IsMember(BasePermission):
    """Lets members pass."""

    @override
    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether a member calls."""
        return isinstance(request.user, Member)
