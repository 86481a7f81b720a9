"""No edge of the APIs is open by being forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from drf_spectacular.generators import EndpointEnumerator
from rest_framework.views import APIView

from config.dev.openapi import path_of
from kernel.access.api.authentication import IsStaff, MayAct, StaffView
from kernel.access.api.throttling import WRITES as STAFF_WRITES
from kernel.access.api.throttling import StaffThrottle
from kernel.access.permissions import known_permissions
from kernel.common.ids import public_id, uuid7
from kernel.members.api.views import WriteThrottle
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import console, store

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
# These count before they do anything, by what they were told: a login, a cart, an address.
COUNTED_WITHIN = {
    *("RegisterView", "SignInView", "CodeView", "CodeSignInView", "PasswordResetView"),
    *("ProviderBeginView", "ProviderSignInView"),
    *("CartsView", "LinesView", "LineView", "SelectionView", "AcceptedView", "BuyNowView"),
    *("MergeView", "LinksView", "OpenedLinkView", "TakenLinkView"),
    *("AttemptsView", "AttemptView", "ProofsView"),
}


def edges(kind: str) -> Iterator[tuple[str, str, type[APIView]]]:
    """Yield address, method and view class of every operation of an API."""
    urlconf, prefix = {
        "store": ("config.urls_store", "/api/v1/store/"),
        "admin": ("config.urls_console", "/api/v1/admin/"),
    }[kind]
    found: list[tuple[str, str, str, Any]] = EndpointEnumerator(  # type: ignore[no-untyped-call]
        urlconf=urlconf
    ).get_api_endpoints()
    for path, _regex, method, callback in found:
        if path.startswith(prefix):
            yield path, method, callback.cls


def test_every_operation_for_staff_asks_for_a_permission_that_roles_can_hold() -> None:
    known = {permission.code for permission in known_permissions()}
    asked = list(edges("admin"))

    open_ones = [
        (view, f"{method} {path}")
        for path, method, view in asked
        if not issubclass(view, StaffView)
        or MayAct not in view.permission_classes
        or view.permissions_by_method.get(method) not in known
    ]

    assert len(asked) > 100
    # Whoever works here may prove who he is, see and end his own sign-ins, and have files
    # made of the lists that he may see.
    assert {told for _view, told in open_ones} == {
        "POST /api/v1/admin/confirmation/",
        "GET /api/v1/admin/sessions/",
        "DELETE /api/v1/admin/sessions/",
        "DELETE /api/v1/admin/sessions/{session}/",
        "GET /api/v1/admin/exports/lists/",
        "GET /api/v1/admin/exports/plans/",
        "POST /api/v1/admin/exports/plans/",
        "DELETE /api/v1/admin/exports/plans/{plan}/",
        "GET /api/v1/admin/exports/files/",
    }
    assert {view.permission_classes for view, _told in open_ones} == {(IsStaff,)}


def test_every_write_to_the_store_is_counted() -> None:
    uncounted = [
        f"{method} {path}"
        for path, method, view in edges("store")
        if method in WRITES
        and WriteThrottle not in view.throttle_classes
        and view.__name__ not in COUNTED_WITHIN
    ]

    assert uncounted == []


def test_whatever_staff_ask_is_counted() -> None:
    uncounted = [
        f"{method} {path}"
        for path, method, view in edges("admin")
        if StaffThrottle not in view.throttle_classes
    ]

    assert uncounted == []


def test_a_person_who_changes_too_much_is_stopped_and_a_colleague_is_not(
    tenant_a: TenantRef,
) -> None:
    with console(tenant_a) as browser:
        busy = browser.as_staff("products.view", "products.manage")
        with tenant_context(tenant_a):
            for _write in range(300):
                STAFF_WRITES.check(str(busy.pk))
        refused = browser.post("/api/v1/admin/products/", {}, content_type="application/json")
        read = browser.get("/api/v1/admin/products/")
        browser.as_staff("products.view", "products.manage", email="other@example.com")
        colleague = browser.post("/api/v1/admin/products/", {}, content_type="application/json")

    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limit.exceeded")
    assert int(refused["Retry-After"]) > 0
    assert 429 not in {read.status_code, colleague.status_code}


@pytest.mark.parametrize("kind", ["store", "admin"])
def test_an_api_shows_its_document_to_anybody(
    tenant_a: TenantRef, kind: Literal["store", "admin"]
) -> None:
    with store(tenant_a) if kind == "store" else console(tenant_a) as browser:
        path = f"/api/v1/{kind}/openapi.json"
        answer = browser.get(path)
        again = browser.get(path, headers={"If-None-Match": answer["ETag"]})
        posted = browser.post(path)

    shown = answer.json()
    assert shown == json.loads(path_of(kind).read_text(encoding="utf-8"))
    assert shown["openapi"].startswith("3.1")
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in answer.headers
    assert b"stoa" not in answer.content.lower()
    assert (again.status_code, again.content, posted.status_code) == (304, b"", 405)


def test_whoever_tries_ids_of_payments_is_stopped(tenant_a: TenantRef) -> None:
    with store(tenant_a, REMOTE_ADDR="198.51.100.30") as browser:
        statuses = [
            browser.get(f"/api/v1/store/payments/{public_id('pin', uuid7())}/").status_code
            for _try in range(31)
        ]

    assert statuses == [404] * 30 + [429]


def test_whoever_tries_invitations_is_stopped(tenant_a: TenantRef) -> None:
    with store(tenant_a) as browser:
        browser.as_member()
        statuses = [
            browser.post(
                "/api/v1/store/relations/contacts/",
                {"invite_code": f"guess{number}"},
                content_type="application/json",
            ).status_code
            for number in range(21)
        ]

    assert statuses == [422] * 20 + [429]
