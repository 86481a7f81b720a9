"""Fields that a shop makes up: kinds, values, filters, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.common.ids import uuid7
from kernel.fields.choices import FieldKind
from kernel.fields.errors import InvalidField, InvalidValues
from kernel.fields.models import OwnValue
from kernel.fields.selectors import values_of
from kernel.fields.services import add_field, set_values
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER, make_member, make_variant, orders_in, place
from testkit.web import console

ENGLISH: Any = {"headers": {"Accept-Language": "en"}}


@pytest.mark.usefixtures("in_tenant_a")
@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (FieldKind.TEXT, "  Oolong ", "Oolong"),
        (FieldKind.NUMBER, "1,200.50", "1200.5"),
        (FieldKind.NUMBER, "many", None),
        (FieldKind.NUMBER, "1e999999", None),
        (FieldKind.CHOICE, "Gold", "Gold"),
        (FieldKind.CHOICE, "Tin", None),
        (FieldKind.BOOLEAN, True, "yes"),
        (FieldKind.BOOLEAN, "perhaps", None),
        (FieldKind.DATE, "2026-02-28", "2026-02-28"),
        (FieldKind.DATE, "2026-02-30", None),
        (FieldKind.TEXT, "a\x00b", None),
    ],
)
def test_a_value_is_kept_in_one_form_or_refused(
    kind: FieldKind, given: object, kept: str | None
) -> None:
    key = uuid7()
    told: Any = {"name": "Field", "choices": ["Gold", "Silver"]}
    add_field("member", "own", kind=kind, told=told, actor=TESTER)

    if kept is None:
        with pytest.raises(InvalidValues):
            set_values("member", key, {"own": given}, actor=TESTER)
        assert not OwnValue.objects.exists()
    else:
        set_values("member", key, {"own": given}, actor=TESTER)
        assert values_of("member", [key]) == {key: {"own": kept}}


@pytest.mark.usefixtures("in_tenant_a")
def test_codes_are_unique_for_what_they_are_of() -> None:
    add_field("member", "grade", kind="text", told={"name": "Grade"}, actor=TESTER)
    add_field("order", "grade", kind="text", told={"name": "Grade"}, actor=TESTER)

    with pytest.raises(InvalidField):
        add_field("member", "grade", kind="text", told={"name": "Again"}, actor=TESTER)


def test_a_field_marked_searchable_appears_in_filters_without_a_migration(
    tenant_a: TenantRef,
) -> None:
    with tenant_context(tenant_a):
        lan, other = make_member(), make_member()
        tea, cup = make_variant(title="Tea").product, make_variant(title="Cup").product
        order = orders_in(place((make_variant().pk, 1)))[0]
    form = {"kind": "choice", "choices": "Gold\nTin", "is_searchable": "on", "position": "0"}
    with console(tenant_a, **ENGLISH) as desk:
        desk.as_staff(
            *("fields.manage", "members.view", "members.manage", "products.view"),
            *("products.manage", "orders.view", "orders.manage"),
        )
        made = [
            desk.post("/fields/", {**form, "subject": subject, "code": "grade", "name": "Grade"})
            for subject in ("member", "product", "order")
        ]
        desk.post(f"/fields/member/{lan.public_id}/values/", {"grade": "Gold"})
        desk.post(f"/fields/product/{tea.public_id}/values/", {"grade": "Gold"})
        desk.post(f"/fields/order/{order.number}/values/", {"grade": "Gold"})
        wrong = desk.post(f"/fields/order/{order.number}/values/", {"grade": "Lead"}, follow=True)
        members = desk.get("/members/?own_grade=Gold").content.decode()
        products = desk.get("/products/?own_grade=Gold").content.decode()
        orders = desk.get("/orders/?own_grade=Gold").content.decode()
        none = desk.get("/orders/?own_grade=Tin").content.decode()
        card = desk.get(f"/members/{lan.public_id}/").content.decode()
        listed = desk.get("/fields/").content.decode()

    assert [each.status_code for each in made] == [302, 302, 302]
    assert "One of the list is expected." in wrong.content.decode()
    assert lan.public_id in members
    assert other.public_id not in members
    assert tea.public_id in products
    assert cup.public_id not in products
    assert order.number in orders
    assert order.number not in none
    assert '<option value="Gold" selected>' in card
    assert listed.count("In filters") == 3


def test_another_shop_has_none_of_it(tenant_a: TenantRef, tenant_b: TenantRef) -> None:
    key = uuid7()
    with tenant_context(tenant_a):
        add_field("member", "grade", kind="text", told={"name": "Grade"}, actor=TESTER)
        set_values("member", key, {"grade": "Gold"}, actor=TESTER)

    with tenant_context(tenant_b):
        assert values_of("member", [key]) == {}
        with pytest.raises(InvalidValues):
            set_values("member", key, {"grade": "Gold"}, actor=TESTER)


def test_fields_are_made_up_and_filled_in_over_the_api(tenant_a: TenantRef) -> None:
    path, json = "/api/v1/admin/fields/", "application/json"
    with tenant_context(tenant_a):
        lan = make_member()
    told = {"subject": "member", "code": "size", "kind": "number", "name": "Size"}
    with console(tenant_a, **ENGLISH) as desk:
        desk.as_staff("fields.manage", "members.view", "members.manage")
        made = desk.post(path, told, content_type=json)
        again = desk.post(path, told, content_type=json)
        own = f"{path}members/{lan.public_id}/"
        wrong = desk.put(own, {"values": {"size": "wide"}}, content_type=json)
        right = desk.put(own, {"values": {"size": "42.0"}}, content_type=json)
        read = desk.get(own).json()
        closed = desk.get(f"{path}orders/{lan.public_id}/")
        gone = desk.delete(f"{path}{made.json()['id']}/")
        after = desk.get(own).json()

    assert (made.status_code, again.status_code, again.json()["field"]) == (201, 422, "code")
    assert (wrong.status_code, wrong.json()["invalid"]) == (422, {"size": "A number is expected."})
    assert right.json() == read == {"values": {"size": "42"}}
    assert (closed.status_code, gone.status_code, after) == (403, 204, {"values": {}})
