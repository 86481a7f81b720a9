"""Lets staff in, and says who acts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import urlencode

from kernel.access import confirming
from kernel.access.actors import actor_of
from kernel.access.models import Staff
from kernel.access.scopes import limited_to
from kernel.access.sessions import touch_session
from kernel.audit.actor import Actor, acting
from kernel.backoffice.shell import signed_in
from kernel.common.time import utc_now

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """A request of somebody who is signed in and may do what the page does.

    Attributes:
        person: who it is.
        actor: the same, for services and the audit log.
    """

    person: Staff
    actor: Actor


def staff_page(
    permission: str = "", *, with_any_password: bool = False, is_confirmed: bool = False
) -> Callable[
    [Callable[Concatenate[StaffRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Open a page to staff alone.

    Args:
        permission: what the person must be allowed, ``resource.action``.
        with_any_password: also while the password is one that another chose, or a second
            factor is due.
        is_confirmed: only after the person has typed the password in the last ten minutes.
    """

    def decorate(
        view: Callable[Concatenate[StaffRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person = signed_in(request)
            if person is None:
                return redirect(f"/sign-in/?{urlencode({'next': request.get_full_path()})}")
            if person.must_change_password and not with_any_password:
                return redirect("/account/password/")
            if person.must_set_factor and not with_any_password:
                return redirect("/account/factor/")
            if permission and not person.may(permission):
                raise PermissionDenied
            if is_confirmed and not confirming.is_confirmed(request.session, now=utc_now()):
                return redirect(f"/account/confirm/?{urlencode({'next': _page_of(request)})}")
            touch_session(request.session, now=utc_now())
            request.person = person  # type: ignore[attr-defined]
            request.actor = actor_of(request, person)  # type: ignore[attr-defined]
            with acting(request.actor), limited_to(person):  # type: ignore[attr-defined]
                response = view(request, *args, **kwargs)  # type: ignore[arg-type]
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        guarded.permission = permission  # type: ignore[attr-defined]  # read by `permission_of`
        return guarded  # type: ignore[return-value]  # wraps() types the request by name

    return decorate


def permission_of(view: object) -> str | None:
    """Return what a page asks for: empty for everybody who is signed in, None for no such page."""
    found = getattr(view, "permission", None)
    return found if isinstance(found, str) else None


def _page_of(request: HttpRequest) -> str:
    """Return the page that somebody looks at: what he sent is not sent again."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    return came_from.path if came_from.netloc == request.get_host() else "/"
