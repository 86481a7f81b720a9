"""Where a member is signed in, and how to end that."""

from __future__ import annotations

import re
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.members import cookies
from kernel.members.errors import NotKept
from kernel.members.middleware import member_of
from kernel.members.selectors import sessions_of
from kernel.members.services.sessions import revoke_session, revoke_sessions, token_hash
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.pages import serve
from themes.shop.moments import moment_text

_SYSTEMS: Final = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("Mac", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
)
_BROWSERS: Final = (
    ("WeChat", r"MicroMessenger"),
    ("Edge", r"Edg/"),
    ("Firefox", r"Firefox|FxiOS"),
    ("Chrome", r"Chrome|CriOS"),
    ("Safari", r"Safari"),
)


@never_cache
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """List the devices on which a member is signed in, the latest used first."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    own, language = token_hash(cookies.cookie_token(request)), get_language() or ""
    shown: list[Json] = [
        {
            "id": each.public_id,
            "device": device_name(each.device),
            "seen": moment_text(each.last_seen_at, language),
            "is_current": each.token_hash == own,
        }
        for each in sessions_of(member.pk, now=utc_now())
    ]
    return serve(request, "sessions", inputs={"sessions": shown})


@never_cache
@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """Sign out one device, or all but this one."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    wanted = request.POST.get("session", "")
    if wanted == "others":
        revoke_sessions(member.pk, now=utc_now(), but=cookies.cookie_token(request))
        return redirect("account:sessions")
    try:
        revoke_session(member.pk, parse_public_id("mse", wanted), now=utc_now())
    except (InvalidId, NotKept) as refusal:
        raise Http404 from refusal
    return redirect("account:sessions")


def device_name(agent: str) -> str:
    """Return what people call a device, by the name that its browser gave."""
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, agent)), "")
    browser = next((name for name, pattern in _BROWSERS if re.search(pattern, agent)), "")
    return " · ".join(part for part in (system, browser) if part) or _("Unknown device")
