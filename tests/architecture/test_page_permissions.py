"""Every page of the three consoles says who may open it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

import pytest
from django.urls import URLPattern, URLResolver

from channel_center.billing.console import pages as price_pages
from channel_center.brands.console import menu as brand_menu
from channel_center.console import menu
from channel_center.partners.choices import ROLE_PERMISSIONS, SCOPES
from kernel.access.permissions import ALL, known_permissions
from kernel.backoffice.guard import permission_of
from kernel.modules.registry import manifests

OPEN: Final = frozenset(
    {
        *("sign-in/", "sign-in/code/", "sign-out/", "support/<str:token>/", "invited/<str:token>/"),
        "welcome/<str:token>/",
        *("sign-in/with/", "sign-in/back/"),
        # Links that are signed, and what Stripe signs.
        *("pay/top-up/<str:link>/", "pay/top-up/<str:link>/done/", "hooks/top-up/<str:receiver>/"),
        *("brand.css", "mark.svg", "favicon.ico", "robots.txt", "look/<str:name>"),
        *("language/<str:code>/", "notices/unread/"),
        *("api/v1/admin/openapi.json", "api/v1/channel/openapi.json"),
        *("oauth/token/", "oauth/revoke/", ".well-known/oauth-authorization-server"),
        # Files by a name that was signed or that is in a page.
        *("media/<path:name>", "cuts/<str:asset>/<str:frame>", "uploads/"),
    }
)
"""What is met before anybody is signed in, or tells nothing to whoever is not."""
FOR_EVERYBODY: Final = frozenset(
    {
        *("", "palette/", "design/", "exports/", "settings/"),
        "fields/<str:subject>/<str:thing>/values/",
    }
)
"""What shows to each what he may see, and asks again for what it is about."""
FOR_EVERYBODY_BELOW: Final = ("account/", "notices/", "views/", "exports/", "imports/")
"""What belongs to whoever is signed in, or asks again for what the file is about."""
Page = tuple[str, Any]


def pages(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[Page]:
    for each in patterns:
        path = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from pages(each.url_patterns, path)
        else:
            yield path, each.callback


def console(name: str) -> list[Page]:
    return list(pages(import_module(f"config.urls_{name}").urlpatterns))


def api_permissions(view: Any) -> dict[str, str] | None:
    made = getattr(view, "view_class", None) or getattr(view, "cls", None)
    return getattr(made, "permissions_by_method", None)


def known(name: str) -> set[str]:
    if name == "console":
        of_modules = {each.code for found in manifests().values() for each in found.permissions}
        return {permission.code for permission in known_permissions()} | of_modules | {ALL}
    named = {
        getattr(each, name)
        for each in (menu, brand_menu, price_pages)
        for name in dir(each)
        if re.fullmatch(r"[A-Z_]{5,}", name)
    }
    codes = {code for codes in ROLE_PERMISSIONS.values() for code in codes} | set(SCOPES) | {ALL}
    return codes | {each for each in named if isinstance(each, str)}


@pytest.mark.parametrize("name", ["console", "channel"])
def test_every_page_declares_its_permission(name: str) -> None:
    undeclared = [
        path
        for path, view in console(name)
        if permission_of(view) is None and api_permissions(view) is None and path not in OPEN
    ]

    assert undeclared == []


@pytest.mark.parametrize("name", ["console", "channel"])
def test_only_what_belongs_to_each_asks_for_nothing_but_signing_in(name: str) -> None:
    asks_nothing = {
        path
        for path, view in console(name)
        if permission_of(view) == ""
        and path not in FOR_EVERYBODY
        and not path.startswith(FOR_EVERYBODY_BELOW)
    }

    assert asks_nothing == set()


@pytest.mark.parametrize(("name", "least"), [("console", 250), ("channel", 60)])
def test_what_a_page_asks_for_can_be_held(name: str, least: int) -> None:
    asked = [permission_of(view) for _path, view in console(name)]
    wanted = [code for code in asked if code]

    assert set(wanted) - known(name) == set()
    assert len(wanted) >= least
