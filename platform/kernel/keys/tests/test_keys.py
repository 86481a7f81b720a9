"""Programs use the admin API with a key, as far as its scopes go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from kernel.access.models import Role, RoleAssignment, Staff
from kernel.audit.actor import SYSTEM
from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.keys.errors import InvalidKey, KeyRevoked
from kernel.keys.models import ApiKey
from kernel.keys.services import KeyDraft, change_key, make_key, revoke_key, rotate_key
from kernel.reviews.models import Review
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.reviews import make_review
from testkit.web import TenantClient, console

ADMIN = "/api/v1/admin/"
JSON: Any = {"content_type": "application/json"}


@pytest.fixture
def by(tenant_a: TenantRef) -> Staff:
    with tenant_context(tenant_a):
        person = Staff.objects.create(email="maker@example.com", name="李文")
        wanted = ["reviews.view", "reviews.manage", "products.view", "staff.manage"]
        role = Role.objects.create(code="maker", name="Maker", permissions=wanted)
        RoleAssignment.objects.create(staff=person, role=role)
        return person


@pytest.fixture
def program(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a) as client:
        yield client


def made(
    tenant: TenantRef, by: Staff, *scopes: str, **values: Any
) -> tuple[ApiKey, dict[str, Any]]:
    with tenant_context(tenant):
        draft = KeyDraft(name="ERP", scopes=scopes, **values)
        row, text = make_key(draft, by=by, actor=SYSTEM, now=utc_now())
    return row, shows(text)


def shows(text: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {text}"}}


def test_a_key_without_the_scope_is_refused_with_the_scope_s_name(
    tenant_a: TenantRef, by: Staff, program: TenantClient
) -> None:
    _row, key = made(tenant_a, by, "reviews.view")
    with tenant_context(tenant_a):
        review = make_review()

    read = program.get(f"{ADMIN}reviews/", **key)
    path = f"{ADMIN}reviews/{review.public_id}/hide/"
    refused = program.post(path, {}, **JSON, **key)

    assert (read.status_code, len(read.json()["results"])) == (200, 1)
    assert refused.status_code == 403
    assert (refused.json()["code"], refused.json()["scope"]) == (
        "access.scope_missing",
        "reviews.manage",
    )
    with tenant_context(tenant_a):
        assert Review.objects.get().state == "published"


def test_what_a_program_does_stands_in_the_log_under_its_name(
    tenant_a: TenantRef, by: Staff, program: TenantClient
) -> None:
    row, key = made(tenant_a, by, "reviews.manage")
    with tenant_context(tenant_a):
        review = make_review()

    done = program.post(f"{ADMIN}reviews/{review.public_id}/hide/", {}, **JSON, **key)

    assert done.status_code == 200
    with tenant_context(tenant_a):
        entry = AuditEntry.objects.get(action="review.hidden")
        used = ApiKey.objects.get()
    assert (entry.actor_type, entry.actor_id, entry.actor_name) == (
        "program",
        row.public_id,
        "ERP",
    )
    assert (used.last_ip, used.last_used_at is not None) == ("127.0.0.1", True)


def test_a_key_is_good_at_its_own_shop_alone_and_for_no_session_s_things(
    tenant_a: TenantRef, tenant_b: TenantRef, by: Staff, program: TenantClient
) -> None:
    _row, key = made(tenant_a, by, "reviews.view")

    with console(tenant_b) as elsewhere:
        foreign = elsewhere.get(f"{ADMIN}reviews/", **key)
    answers = [
        program.get(f"{ADMIN}{path}", **key).status_code
        for path in ("sessions/", "keys/", "staff/")
    ]

    assert (foreign.status_code, foreign.json()["code"]) == (401, "access.key_refused")
    assert answers == [403, 403, 403]


def test_a_key_is_bound_to_addresses_a_rate_and_a_time(
    tenant_a: TenantRef, by: Staff, program: TenantClient
) -> None:
    soon = utc_now() + timedelta(hours=1)
    _row, key = made(
        tenant_a, by, "reviews.view", networks=["10.0.0.0/8", "127.0.0.1"], a_minute=2,
        expires_at=soon,
    )  # fmt: skip
    path = f"{ADMIN}reviews/"

    outside = program.get(path, REMOTE_ADDR="198.51.100.7", **key)
    inside = [program.get(path, **key).status_code for _time in range(3)]
    with tenant_context(tenant_a):
        ApiKey.objects.update(expires_at=utc_now() - timedelta(seconds=1))
    late = program.get(path, **key)

    assert (outside.status_code, outside.json()["code"]) == (403, "access.address_refused")
    assert inside == [200, 200, 429]
    assert late.status_code == 401


def test_a_rotated_key_is_good_for_a_while_and_a_revoked_one_no_more(
    tenant_a: TenantRef, by: Staff, program: TenantClient
) -> None:
    row, old = made(tenant_a, by, "reviews.view")
    path, now = f"{ADMIN}reviews/", utc_now()
    with tenant_context(tenant_a):
        _row, text = rotate_key(row.pk, overlap=timedelta(hours=1), actor=SYSTEM, now=now)

    both = [program.get(path, **key).status_code for key in (old, shows(text))]
    with tenant_context(tenant_a):
        ApiKey.objects.update(former_until=now)
    after = [program.get(path, **key).status_code for key in (old, shows(text))]
    with tenant_context(tenant_a):
        revoke_key(row.pk, actor=SYSTEM, now=now)
        with pytest.raises(KeyRevoked):
            rotate_key(row.pk, overlap=timedelta(0), actor=SYSTEM, now=now)
        kept = str(ApiKey.objects.values().get()) + str(list(AuditEntry.objects.values()))
    gone = program.get(path, **shows(text))

    assert (both, after, gone.status_code) == ([200, 200], [401, 200], 401)
    assert text not in kept


def test_nobody_gives_a_key_what_he_lacks_or_what_programs_cannot_hold(
    tenant_a: TenantRef, by: Staff
) -> None:
    row, _key = made(tenant_a, by, "products.view")
    with tenant_context(tenant_a):
        for scope in ("payments.manage", "staff.manage", "*", "keys.manage"):
            draft = KeyDraft(name="ERP", scopes=["products.view", scope])
            with pytest.raises(InvalidKey) as refused:
                change_key(row.pk, draft, by=by, actor=SYSTEM, now=utc_now())
            assert refused.value.fields["field"] == "scopes"

        assert ApiKey.objects.get().scopes == ["products.view"]


def test_staff_make_a_key_over_the_api_and_see_its_text_once(
    tenant_a: TenantRef, program: TenantClient
) -> None:
    program.as_staff("keys.view", "keys.manage", "reviews.view")
    told = {"name": "ERP", "scopes": ["reviews.view"], "networks": ["nowhere"]}

    wrong = program.post(f"{ADMIN}keys/", told, **JSON)
    made = program.post(f"{ADMIN}keys/", {**told, "networks": []}, **JSON).json()
    listed = program.get(f"{ADMIN}keys/").json()["items"]
    turned = program.post(f"{ADMIN}keys/{made['id']}/rotation/", {}, **JSON).json()
    ended = program.delete(f"{ADMIN}keys/{made['id']}/").json()

    assert (wrong.status_code, wrong.json()["field"]) == (422, "networks")
    assert made["key"].startswith(made["prefix"])
    assert "key" not in listed[0]
    assert turned["key"] not in {made["key"], ""}
    assert ended["state"] == "revoked"
