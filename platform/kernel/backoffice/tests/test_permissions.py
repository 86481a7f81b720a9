"""What roles can hold."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from django.urls import URLPattern, URLResolver

from kernel.access.permissions import known_permissions
from kernel.backoffice import menu
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient

KNOWN = {permission.code for permission in known_permissions()}


def views_of(patterns: list[URLPattern | URLResolver]) -> Iterator[object]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views_of(pattern.url_patterns)
        else:
            yield pattern.callback


def test_every_permission_that_the_api_asks_for_can_be_held() -> None:
    routes = import_module("config.urls_console").urlpatterns

    asked = {
        code
        for view in views_of(routes)
        for code in getattr(
            getattr(view, "view_class", None) or getattr(view, "cls", None),
            "permissions_by_method",
            {},
        ).values()
    }

    assert asked - KNOWN == set()
    assert len(asked) > 5


def test_every_page_of_the_menu_asks_for_a_permission_that_can_be_held(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        entries = [entry for source in menu._sources.values() for entry in source(None)]  # type: ignore[arg-type]

    assert {entry.permission for entry in entries if entry.permission} - KNOWN == set()


def test_the_menu_shows_only_what_a_person_may_open(desk: TenantClient) -> None:
    desk.as_staff("orders.view")
    clerk = desk.get("/").content.decode()
    desk.as_staff("*", email="boss@example.com")
    owner = desk.get("/").content.decode()

    assert 'href="/orders/"' in clerk
    assert 'href="/orders/ship/"' not in clerk
    assert 'href="/orders/ship/"' in owner
