"""Lets somebody in who has shown who he is, or asks for the second proof first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation

from kernel.access.confirming import note_confirmed
from kernel.access.models import Staff, present_staff
from kernel.access.sessions import Came, note_sign_in
from kernel.common.http import client_ip
from kernel.common.time import utc_now

_YEAR: Final = 365 * 24 * 3600
_PATIENCE: Final = timedelta(minutes=5)
_HALF: Final = "half_signed_in"


def welcome(request: HttpRequest, person: Staff, target: str) -> HttpResponse:
    """Sign somebody in and lead him on."""
    now = utc_now()
    login(request, person, backend="kernel.access.backends.StaffBackend")
    request.session.pop(_HALF, None)
    note_confirmed(request.session, now=now)
    if person.expires_at is not None:
        left = int((person.expires_at - now).total_seconds())
        request.session.set_expiry(min(left, settings.SESSION_COOKIE_AGE))
    came = Came(
        device=request.COOKIES.get(settings.STOA_DEVICE_COOKIE_NAME, ""),
        agent=request.headers.get("User-Agent", ""),
        ip=client_ip(request),
    )
    device = note_sign_in(request.session, person, came, now=now)
    response = redirect(target)
    response.set_cookie(
        settings.STOA_DEVICE_COOKIE_NAME,
        device,
        max_age=_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    if person.language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        remember_language(response, person.language)
    return response


def ask_for_code(request: HttpRequest, person: Staff, target: str) -> HttpResponse:
    """Note that the password was right, and ask for a code; nobody is signed in yet."""
    at = utc_now().timestamp()
    request.session[_HALF] = {"staff": str(person.pk), "at": at, "next": target}
    return redirect("/sign-in/code/")


def half_signed_in(request: HttpRequest, *, now: datetime) -> tuple[Staff, str] | None:
    """Return whose password was right a moment ago, and where he wants to go."""
    noted = request.session.get(_HALF)
    if noted is None or now.timestamp() - noted["at"] > _PATIENCE.total_seconds():
        return None
    person = present_staff(now).filter(pk=UUID(noted["staff"])).first()
    return (person, str(noted["next"])) if person is not None else None


def remember_language(response: HttpResponse, code: str) -> None:
    """Have the browser keep a language."""
    with translation.override(code):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=_YEAR,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
