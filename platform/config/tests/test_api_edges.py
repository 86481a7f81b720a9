"""No edge of the APIs is open by being forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drf_spectacular.generators import EndpointEnumerator
from rest_framework.views import APIView

from kernel.access.api.authentication import MayAct, StaffView
from kernel.access.permissions import known_permissions
from kernel.common.ids import public_id, uuid7
from kernel.members.api.views import WriteThrottle
from kernel.tenancy.context import TenantRef
from testkit.web import store

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
        f"{method} {path}"
        for path, method, view in asked
        if not issubclass(view, StaffView)
        or MayAct not in view.permission_classes
        or view.permissions_by_method.get(method) not in known
    ]

    assert len(asked) > 100
    assert open_ones == []


def test_every_write_to_the_store_is_counted() -> None:
    uncounted = [
        f"{method} {path}"
        for path, method, view in edges("store")
        if method in WRITES
        and WriteThrottle not in view.throttle_classes
        and view.__name__ not in COUNTED_WITHIN
    ]

    assert uncounted == []


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
