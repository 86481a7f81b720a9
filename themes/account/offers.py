"""The ways to sign in that a shop offers in a browser."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.members.choices import ProviderKind
from kernel.members.services.providers import offered_providers
from kernel.tenancy.context import current_tenant
from themes.account.entering import with_next
from themes.fields import Json


def code_comes_first() -> bool:
    """Tell whether people here expect a code by text message rather than a password."""
    return current_tenant().locale.startswith("zh") and bool(settings.STOA_SMS_PROVIDER)


def tabs(request: HttpRequest, *, current: str) -> Json:
    """Return the two ways to sign in without another company."""
    code: Json = {
        "label": _("Code"),
        "href": with_next(request, "account:sign-in-code"),
        "is_current": current == "code",
    }
    password: Json = {
        "label": _("Password"),
        "href": with_next(request, "account:sign-in", by="password"),
        "is_current": current == "password",
    }
    return [code, password] if code_comes_first() else [password, code]


def providers_in(request: HttpRequest, target: str, *, but: Collection[str] = ()) -> list[Json]:
    """Return the companies by which this browser can sign in, without those of some codes."""
    is_wechat = "MicroMessenger" in request.headers.get("User-Agent", "")
    # WeChat's own browser has no scanner, and others have nobody signed in at WeChat.
    wechat = ProviderKind.WECHAT_OFFICIAL if is_wechat else ProviderKind.WECHAT_WEBSITE
    fitting = {ProviderKind.OIDC.value, wechat.value}
    return [
        {
            "label": _("Continue with %(name)s") % {"name": each.name},
            "name": each.name,
            "icon": "user" if each.kind == ProviderKind.OIDC else "chat",
            "href": f"{reverse('account:with', args=[each.code])}?{urlencode({'next': target})}",
        }
        for each in offered_providers()
        if each.kind in fitting and each.code not in but
    ]
