"""Messages over the APIs, each shop by itself."""

from __future__ import annotations

from typing import Any

from kernel.common.ids import public_id, uuid7
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.notifications.addresses import unsubscribe_path
from kernel.notifications.choices import Topic
from kernel.notifications.models import MemberChoice, Message
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_variant, pay, place
from testkit.web import console, store

STORE, ADMIN = "/api/v1/store/messages/", "/api/v1/admin/notifications/"
JSON: Any = {"content_type": "application/json"}


def tell() -> None:
    while deliver_pending(clock=utc_now, limit=50):
        pass


def test_a_member_reads_his_messages_and_chooses_and_another_shop_knows_nothing(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with store(tenant_a) as shop:
        member = shop.as_member()
        with tenant_context(tenant_a):
            pay(place((make_variant().pk, 1), member_id=member.pk))
            tell()
            token = unsubscribe_path(member.pk, Topic.ORDERS).rstrip("/").rsplit("/", 1)[1]
        new = shop.get(f"{STORE}unread/").json()["unread"]
        [latest, *_rest] = shop.get(STORE).json()["results"]
        read = shop.put(f"{STORE}{latest['id']}/read/")
        foreign = shop.put(f"{STORE}{public_id('msg', uuid7())}/read/")
        left = shop.get(f"{STORE}unread/").json()["unread"]
        shop.delete(f"{STORE}unread/")
        wrong = shop.put(f"{STORE}choices/", {"unwanted": ["orders:inbox"]}, **JSON)
        kept = shop.put(
            f"{STORE}choices/", {"language": "en", "unwanted": ["offers:email"]}, **JSON
        )
        with store(tenant_b) as elsewhere:
            stranger = elsewhere.post(f"{STORE}unsubscribe/", {"token": token}, **JSON)
        declined = shop.post(f"{STORE}unsubscribe/", {"token": token}, **JSON)
        chosen = shop.get(f"{STORE}choices/").json()
        none = shop.get(f"{STORE}unread/").json()["unread"]

    assert (new, left, none) == (3, 2, 0)
    assert read.json()["read_at"] is not None
    assert (foreign.status_code, wrong.status_code, kept.status_code) == (404, 422, 200)
    assert (stranger.status_code, declined.status_code) == (404, 200)
    assert chosen == {"language": "en", "unwanted": ["offers:email", "orders:email"]}
    with tenant_context(tenant_b):
        assert not Message.objects.exists()
        assert not MemberChoice.objects.exists()


def test_staff_change_words_and_rules_over_the_api(tenant_a: TenantRef) -> None:
    with console(tenant_a, headers={"Accept-Language": "en"}) as desk:
        desk.as_staff("notifications.view", "notifications.manage")
        path = f"{ADMIN}kinds/order.paid/email/en/"
        kinds = desk.get(f"{ADMIN}kinds/").json()["items"]
        wrong = desk.put(path, {"subject": "x", "body": "{{ nobody }}"}, **JSON)
        made = desk.put(path, {"subject": "Thanks {{ name }}", "body": "{{ number }}"}, **JSON)
        back = desk.delete(path).json()
        unknown = desk.get(f"{ADMIN}kinds/order.eaten/email/en/")
        rules = {"channels": {"order.paid": ["inbox"]}, "quiet_from": "22:00"}
        half = desk.put(f"{ADMIN}policy/", rules, **JSON)
        whole = desk.put(f"{ADMIN}policy/", {**rules, "quiet_until": "08:00"}, **JSON)
        log = desk.get(ADMIN)

    paid = next(each for each in kinds if each["code"] == "order.paid")
    assert set(paid["variables"]) == {"name", "number", "total", "shop", "link"}
    assert (wrong.status_code, wrong.json()["field"], wrong.json()["variable"]) == (
        422,
        "body",
        "nobody",
    )
    assert made.json()["sample_subject"] == "Thanks 林晓"
    assert back["subject"] == "Your order {{ number }} is paid"
    assert (unknown.status_code, half.status_code, whole.status_code) == (404, 422, 200)
    assert whole.json()["quiet_until"] == "08:00:00"
    assert log.json()["results"] == []
