"""What a browser keeps of a shared link that somebody opened before signing in."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control

from kernel.members.joining import ATTRIBUTION_COOKIE
from kernel.relations.services.invitations import is_code
from kernel.tenancy import signing

PARAMETER: Final = "via"
_SALT: Final = "relations.via"
_LONGEST: Final = 400


def seal(code: str) -> str:
    """Return the cookie's value for a code."""
    return signing.dumps(code, salt=_SALT)


def unseal(value: str, *, days: int) -> str:
    """Return the code in a cookie's value; empty when it is forged, too old or another shop's."""
    if not 0 < len(value) <= _LONGEST:
        return ""
    try:
        code = signing.loads(value, salt=_SALT, max_age=timedelta(days=days))
    except signing.BadSignature:
        return ""
    return code if isinstance(code, str) and is_code(code) else ""


def remember(response: HttpResponseBase, code: str, *, days: int) -> None:
    """Have the browser keep a code."""
    response.set_cookie(
        ATTRIBUTION_COOKIE,
        seal(code),
        max_age=int(timedelta(days=days).total_seconds()),
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
        path="/",
    )
    # A shared cache would hand one visitor's inviter to the next.
    patch_cache_control(response, private=True)
