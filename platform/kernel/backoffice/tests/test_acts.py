"""The log: searched, shown with its differences, taken along, and never changed."""

from __future__ import annotations

import pytest
from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient

LAN = Actor("staff", "stf_lan", "Lan")
HELPER = Actor("operator", "opr_1", "Otto", acting_as=LAN, ip="192.0.2.9")


@pytest.fixture
def log(tenant: TenantRef) -> TenantRef:
    """Two acts: one by staff, one by a helper of the provider who stands in for them."""
    with tenant_context(tenant), transaction.atomic():
        record(
            action="brand.changed",
            actor=LAN,
            obj=("brand", "brd_1"),
            before={"name": "Old tea", "note": "same"},
            after={"name": "New tea", "note": "same"},
            reason="A better name",
        )
        record(action="unit.created", actor=HELPER, obj=("unit", "unt_1"), after={"name": "Box"})
    return tenant


def test_the_log_is_searched_and_an_entry_shows_what_changed(
    desk: TenantClient, log: TenantRef
) -> None:
    desk.as_staff("audit.view")

    by_value = desk.get("/activity/?text=old+tea").content.decode()
    by_name = desk.get("/activity/?who=lan").content.decode()
    by_kind = desk.get("/activity/?action=unit.created").content.decode()
    none = desk.get("/activity/?until=2020-01-01").content.decode()
    one = desk.get("/activity/1/").content.decode()

    assert "A brand was changed" in by_value.partition("<tbody>")[2]
    assert "A unit was added" not in by_value.partition("<tbody>")[2]
    assert by_name.count("/activity/1/") == by_name.count("/activity/2/") == 1
    assert by_kind.count("/activity/2/") == 1
    assert "Nothing fits this search." in none
    assert "<del>Old tea</del>" in one
    assert "<ins>New tea</ins>" in one
    assert "same" not in one.partition("What changed")[2].partition("</table>")[0]
    assert "A better name" in one


def test_support_shows_both_people(desk: TenantClient, log: TenantRef) -> None:
    desk.as_staff("audit.view")

    shown = desk.get("/activity/2/").content.decode()

    assert "your provider" in shown
    assert "standing in for Lan" in shown
    assert "Otto" not in shown
    assert "192.0.2.9" not in shown


def test_the_log_is_taken_along_and_cannot_be_edited_over_the_api(
    desk: TenantClient, log: TenantRef
) -> None:
    desk.as_staff("audit.view")
    path = "/api/v1/admin/activity/"

    file = b"".join(desk.get("/activity/export.csv?text=tea").streaming_content).decode()  # type: ignore[attr-defined]
    found = desk.get(path, {"object_type": "unit"}).json()["results"]
    check, page = desk.get(f"{path}check/").json(), desk.get("/activity/check/")
    writes = [
        getattr(desk, method)(f"{path}{more}").status_code
        for method in ("post", "put", "patch", "delete")
        for more in ("", "1/")
    ]
    desk.as_staff("orders.view", email="other@example.com")
    refused = desk.get("/activity/1/").status_code, desk.get(path).status_code

    assert (check["is_intact"], check["sealed"], check["kept_days"]) == (True, None, None)
    assert check["head"] == check["checked"] > 0
    assert "Every entry is as it was written." in page.content.decode()
    assert len(file.splitlines()) == 2
    assert "New tea" in file
    assert [(each["action"], each["actor_name"]) for each in found] == [("unit.created", "")]
    assert set(writes) <= {403, 404, 405}
    assert refused == (403, 403)
