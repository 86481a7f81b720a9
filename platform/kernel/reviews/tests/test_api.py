"""Reviews over the APIs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.common.ids import public_id
from kernel.reviews.models import Review
from kernel.reviews.selectors import summary_of
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_member
from testkit.factories.reviews import make_photo, make_received, make_review
from testkit.web import TenantClient, console, store

STORE, ADMIN = "/api/v1/store/", "/api/v1/admin/"
JSON: Any = {"content_type": "application/json"}


@pytest.fixture
def shop(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with store(tenant_a) as client:
        yield client


@pytest.fixture
def staff(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a) as client:
        client.as_staff("reviews.view", "reviews.manage")
        yield client


def test_a_member_reviews_what_arrived_and_everybody_reads_it(
    shop: TenantClient, tenant_a: TenantRef
) -> None:
    member = shop.as_member()
    with tenant_context(tenant_a):
        line = make_received(member=member)
        other = make_review(goods=3)
    product = f"{STORE}products/{public_id('prd', line.product_id)}/reviews/"
    told = {"line": line.public_id, "goods": 4, "delivery": 5, "service": 5, "text": "好茶"}
    photo = SimpleUploadedFile("a.exe", make_photo())

    todo = shop.get(f"{STORE}reviews/open/").json()["items"]
    wrong = shop.post(f"{STORE}reviews/", {**told, "goods": 6}, **JSON)
    key: Any = {"headers": {"Idempotency-Key": "review-1"}}
    made = shop.post(f"{STORE}reviews/", {**told, "pictures": [photo]}, **key)
    twice = shop.post(f"{STORE}reviews/", told, **JSON)
    read = shop.get(product).json()["results"]
    few = shop.get(f"{product}?fields=text,goods,nothing").json()["results"]
    added = shop.post(f"{STORE}reviews/{made.json()['id']}/addition/", {"text": "还是好"}, **JSON)
    voted = shop.put(f"{STORE}reviews/{other.public_id}/vote/")
    own = shop.put(f"{STORE}reviews/{made.json()['id']}/vote/")

    assert [each["line"] for each in todo] == [line.public_id]
    answers = [each.status_code for each in (wrong, made, twice, added, voted, own)]
    assert answers == [422, 201, 409, 201, 200, 409]
    assert twice.json()["code"] == "reviews.reviewed_before"
    assert [(each["text"], each["author"]) for each in read] == [("好茶", "兰***兰")]
    assert few == [{"goods": 4, "text": "好茶"}]
    assert shop.get(f"{product}?stars=1").json()["results"] == []
    summary = shop.get(f"{product}summary/").json()
    assert (summary["count"], summary["goods"], summary["stars"]["4"]) == (1, "4.0", 1)
    assert shop.get(f"{STORE}reviews/").json()["results"][0]["addition"] == "还是好"
    assert voted.json() == {"helpful": 1}


def test_staff_look_for_decide_on_and_answer_reviews(
    staff: TenantClient, tenant_a: TenantRef
) -> None:
    policy = {"waits": True, "words": ["微信"], "default_days": 7}

    chosen = staff.put(f"{ADMIN}reviews/policy/", policy, **JSON)
    with tenant_context(tenant_a):
        row = make_review(text="加我微信")
    listed = staff.get(f"{ADMIN}reviews/?state=waiting&q=微信&kind=found").json()["results"]
    path = f"{ADMIN}reviews/{row.public_id}/"
    shown = staff.post(f"{path}publish/", {}, **JSON).json()["state"]
    nothing = staff.post(f"{path}publish/", {"part": "addition"}, **JSON)
    answered = staff.put(f"{path}reply/", {"reply": "谢谢"}, **JSON).json()["reply"]
    hidden = staff.post(f"{path}hide/", {"reason": "广告"}, **JSON).json()["state"]

    assert chosen.json().items() >= policy.items()
    assert [(each["id"], each["found"]) for each in listed] == [(row.public_id, ["微信"])]
    assert (shown, answered, hidden) == ("published", "谢谢", "hidden")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "reviews.nothing_appended")
    assert staff.get(f"{ADMIN}reviews/?stars=1").json()["results"] == []
    staff.as_staff("orders.view", email="other@example.com")
    assert staff.post(f"{path}publish/", {}, **JSON).status_code == 403


def test_a_shop_knows_nothing_of_the_reviews_of_another(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        row = make_review()
    with tenant_context(tenant_b):
        make_member()
        assert (Review.objects.count(), summary_of(row.product_id).count) == (0, 0)

    with store(tenant_b) as other:
        other.as_member()
        product = f"{STORE}products/{public_id('prd', row.product_id)}/reviews/"
        assert other.get(product).json()["results"] == []
        assert other.put(f"{STORE}reviews/{row.public_id}/vote/").status_code == 404
    with console(tenant_b) as desk:
        desk.as_staff("reviews.view", "reviews.manage")
        hidden = desk.post(f"{ADMIN}reviews/{row.public_id}/hide/", {}, **JSON)
        assert hidden.status_code == 404
    with tenant_context(tenant_a):
        assert Review.objects.get(pk=row.pk).state == "published"
