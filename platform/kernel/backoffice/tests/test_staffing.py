"""Staff and roles as staff meet them: nobody gives what he does not have."""

from __future__ import annotations

import pytest

from kernel.access.models import Role, RoleAssignment, Staff
from kernel.access.permissions import CATALOGUE
from kernel.access.services import create_owner, hash_password
from kernel.audit.models import AuditEntry
from kernel.inventory.services import default_location
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient

SHELF = {
    permission.code: f"shelf_{number}"
    for number, section in enumerate(CATALOGUE)
    for permission in section.permissions
}


def ticked(name: str, *codes: str, reach: str = "all") -> dict[str, object]:
    form: dict[str, object] = {"name": name, "reach": reach}
    for code in codes:
        form.setdefault(SHELF[code], []).append(code)  # type: ignore[attr-defined]  # a list
    return form


@pytest.fixture
def owner(desk: TenantClient, tenant: TenantRef) -> Staff:
    with tenant_context(tenant):
        Staff.objects.all().delete()
        password = hash_password("a quiet harbour at dawn")
        person = create_owner(email="boss@example.com", name="Boss", password_hash=password)
        desk.force_login(person)
    return person


def test_a_role_is_made_given_and_felt_at_the_next_click(
    desk: TenantClient, tenant: TenantRef, owner: Staff
) -> None:
    desk.post("/staff/roles/new/", ticked("Packer", "orders.view", "stock.view", reach="stores"))
    with tenant_context(tenant):
        role, place = Role.objects.get(name="Packer"), default_location()
    form = {"name": "Lan", "email": "lan@example.com", "roles": [str(role.pk)]}
    page = desk.post("/staff/new/", {**form, "stores": [str(place.pk)]}).content.decode()

    with tenant_context(tenant):
        person = Staff.objects.get(email="lan@example.com")
        password = page.split("<code>")[1].split("</code>")[0]
        assert person.check_password(password)
        assert person.must_change_password
        assert person.stores_for("orders.view") == frozenset({place.pk})
        person.must_change_password = False
        person.save()
        desk.force_login(person)
    assert desk.get("/orders/").status_code == 200
    assert desk.get("/staff/").status_code == 403

    with tenant_context(tenant):
        RoleAssignment.objects.filter(staff=person).delete()
    assert desk.get("/orders/").status_code == 403


def test_nobody_gives_more_than_he_has(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff("staff.view", "staff.manage", "orders.view")
    with tenant_context(tenant):
        mighty = Role.objects.create(code="mighty", name="Mighty", permissions=["*"])

    made = desk.post("/staff/roles/new/", ticked("Spy", "ledger.view"))
    given = desk.post(
        "/staff/new/", {"name": "X", "email": "x@example.com", "roles": [str(mighty.pk)]}
    )
    own = desk.post("/staff/roles/new/", ticked("Clerk", "orders.view"))

    assert (made.status_code, given.status_code, own.status_code) == (422, 422, 302)
    assert "more rights than you have" in made.content.decode()
    with tenant_context(tenant):
        assert not Staff.objects.filter(email="x@example.com").exists()


def test_who_is_kept_to_stores_gives_no_wider_reach(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff("staff.manage", "staff.view", "orders.view")
    with tenant_context(tenant):
        Role.objects.update(reach="stores")

    wide = desk.post("/staff/roles/new/", ticked("Clerk", "orders.view"))
    narrow = desk.post("/staff/roles/new/", ticked("Clerk", "orders.view", reach="stores"))

    assert (wide.status_code, narrow.status_code) == (422, 302)


def test_the_last_owner_stays(desk: TenantClient, tenant: TenantRef, owner: Staff) -> None:
    with tenant_context(tenant):
        role = Role.objects.get(code="owner")
    path = f"/staff/people/{owner.public_id}/"

    shut_out = desk.post(path, {"name": "Boss", "roles": [str(role.pk)]})
    without = desk.post(path, {"name": "Boss", "is_active": "on"})
    renamed = desk.post(path, {"name": "Chief", "roles": [str(role.pk)], "is_active": "on"})

    assert (shut_out.status_code, without.status_code, renamed.status_code) == (422, 422, 302)
    with tenant_context(tenant):
        owner.refresh_from_db()
        assert (owner.name, owner.is_active) == ("Chief", True)
        assert AuditEntry.objects.filter(action="access.staff_changed").count() == 1


def test_a_role_in_use_and_the_owners_role_are_not_deleted(
    desk: TenantClient, tenant: TenantRef, owner: Staff
) -> None:
    with tenant_context(tenant):
        used = Role.objects.get(code="owner")
        free = Role.objects.create(code="free", name="Free", permissions=[])

    for row in (used, free):
        desk.post(f"/staff/roles/{row.public_id}/delete/")

    with tenant_context(tenant):
        assert [row.code for row in Role.objects.all()] == ["owner"]


@pytest.mark.parametrize("path", ["roles/", "roles/new/", "new/"])
def test_only_staff_with_the_permission_come_in(desk: TenantClient, path: str) -> None:
    stranger = desk.get(f"/staff/{path}").status_code
    desk.as_staff("orders.view")

    assert (stranger, desk.get(f"/staff/{path}").status_code) == (302, 403)


def test_roles_and_staff_are_run_over_the_api(
    desk: TenantClient, tenant: TenantRef, owner: Staff
) -> None:
    with tenant_context(tenant):
        desk.force_login(owner)
    api, json = "/api/v1/admin", "application/json"
    sections = desk.get(f"{api}/permissions/").json()["items"]
    codes = {each["code"] for section in sections for each in section["permissions"]}
    assert {"orders.view", "contacts.view"} <= codes

    told = {"name": "Packer", "permissions": ["orders.view"], "reach": "members"}
    role = desk.post(f"{api}/roles/", told, content_type=json).json()
    path = f"{api}/roles/{role['id']}/"
    wrong = desk.put(path, {**told, "permissions": ["no.such"]}, content_type=json)
    wider = desk.put(path, {**told, "reach": "all"}, content_type=json)
    invited = desk.post(
        f"{api}/staff/",
        {"name": "Lan", "email": "lan@example.com", "roles": [role["id"]]},
        content_type=json,
    ).json()
    person = f"{api}/staff/{invited['id']}/"
    held = desk.delete(path)
    closed = desk.put(person, {"name": "Lan", "roles": [], "is_active": False}, content_type=json)
    freed = desk.delete(path)
    unsure = desk.delete(person)
    confirmation = {"password": "a quiet harbour at dawn"}
    desk.post(f"{api}/confirmation/", confirmation, content_type=json)
    removed, own = desk.delete(person), desk.delete(f"{api}/staff/{owner.public_id}/")

    assert len(invited["password"]) > 12
    assert (wrong.status_code, wider.json()["reach"], closed.json()["is_active"]) == (
        422,
        "all",
        False,
    )
    assert (held.status_code, freed.status_code) == (409, 204)
    assert (unsure.status_code, removed.status_code, own.status_code) == (403, 204, 409)
    assert [each["name"] for each in desk.get(f"{api}/staff/").json()["items"]] == ["Boss"]
