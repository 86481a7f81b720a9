"""Signing in by other companies: sent there, and welcomed back.

Where somebody came from and what he asked goes along in a cookie that only the way
back reads; it is signed, and good for ten minutes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members import cookies
from kernel.members.errors import ProviderRefused
from kernel.members.limits import count_attempt, count_question
from kernel.members.middleware import member_of
from kernel.members.proven import Proven
from kernel.members.services.identities import add_identity, sign_in_with
from kernel.members.services.providers import TICKET_LIFETIME, begin, prove
from kernel.tenancy import signing
from themes.account.entering import device_of, own_page, target_of, welcome
from themes.account.members import sign_in_first
from themes.account.views import sign_in_page
from themes.account.ways import ways_page

_SALT: Final = "themes.account.with"
_COOKIE: Final = "with"
_LONGEST: Final = 1024


@dataclass(frozen=True, slots=True)
class _Errand:
    """What somebody is sent to a company for.

    Attributes:
        ticket: proves that the answer belongs to our question.
        target: where he goes afterwards.
        member: who adds a way to sign in; empty for somebody who signs in.
    """

    provider: str
    ticket: str
    target: str
    member: str = ""


@never_cache
@require_safe
def leave(request: HttpRequest, provider: str) -> HttpResponse:
    """Send somebody to a company; a member who says so adds it to his ways to sign in."""
    adding = "add" in request.GET
    member = member_of(request) if adding else None
    if adding and member is None:
        return sign_in_first(request)
    back = request.build_absolute_uri(reverse("account:with-back", args=[provider]))
    try:
        count_question(request)
        address, ticket = begin(provider, redirect_uri=back)
    except DomainError as refusal:
        return _refused(request, str(refusal), status=refusal.status)
    errand = _Errand(provider, ticket, target_of(request), str(member.pk) if member else "")
    response = redirect(address)
    response.set_cookie(
        _COOKIE,
        signing.dumps(asdict(errand), salt=_SALT),
        max_age=int(TICKET_LIFETIME.total_seconds()),
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        # The way back comes from the company's site.
        samesite="Lax",
        path=_path(),
    )
    return response


@never_cache
@require_safe
def come_back(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a company's answer, once."""
    try:
        errand = _errand(request, provider)
        proven = _proven(request, errand)
        response = _finish(request, errand, proven)
    except DomainError as refusal:
        response = _refused(request, str(refusal), status=refusal.status)
    response.delete_cookie(_COOKIE, path=_path())
    return response


def _finish(request: HttpRequest, errand: _Errand, proven: Proven) -> HttpResponse:
    member = member_of(request)
    if errand.member:
        if member is None or str(member.pk) != errand.member:
            raise ProviderRefused
        add_identity(member.pk, proven, now=utc_now())
        return redirect("account:ways")
    signed = sign_in_with(
        proven,
        device=device_of(request),
        now=utc_now(),
        arrival=cookies.arrival_of(request),
    )
    return welcome(request, signed, target=own_page(errand.target))


def _errand(request: HttpRequest, provider: str) -> _Errand:
    try:
        kept = signing.loads(request.COOKIES.get(_COOKIE, ""), salt=_SALT, max_age=TICKET_LIFETIME)
    except signing.BadSignature as error:
        raise ProviderRefused from error
    errand = _Errand(**kept)
    if errand.provider != provider:
        raise ProviderRefused
    return errand


def _proven(request: HttpRequest, errand: _Errand) -> Proven:
    answer = request.GET.get("code", "")[:_LONGEST]
    if not answer:
        # He said no at the company's page.
        raise ProviderRefused
    count_attempt(request, f"provider:{errand.provider}:{answer}")
    state = request.GET.get("state", "")[:_LONGEST]
    return prove(errand.provider, answer=answer, state=state, ticket=errand.ticket)


def _refused(request: HttpRequest, text: str, *, status: int) -> HttpResponse:
    if member_of(request) is not None:
        return ways_page(request, notice=text, status=status)
    return sign_in_page(request, notice=text, status=status)


def _path() -> str:
    return reverse("account:home") + "with/"
