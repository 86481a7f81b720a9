"""Payments over HTTP: notices, the cashier, and what staff do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NoReturn, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kernel.access.confirming import LASTS, note_confirmed
from kernel.access.services import set_own_password
from kernel.common.ids import public_id, uuid7
from kernel.common.secrets.errors import SecretsUnreadable
from kernel.common.time import utc_now
from kernel.payments.choices import IntentState, RefundState
from kernel.payments.gateways.registry import register_gateway, unregister_gateway
from kernel.payments.gateways.stripe.gateway import StripeGateway
from kernel.payments.models import Attempt, Notice, PaymentBinding, PaymentIntent, Refund
from kernel.payments.services import drive_refund, sweep
from kernel.payments.services.notices import body_of
from kernel.payments.tests.support import (
    HOOK_SECRET,
    KEY,
    Goods,
    begun,
    bound,
    fresh,
    hear,
    stripe_values,
    wanted,
)
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.tenancy.ports import HostKind, TenantDirectory, directory, set_directory
from testkit.servers.stripe import StripeDouble
from testkit.servers.stripe.running import deliver
from testkit.web import console, store

STORE = "/api/v1/store/payments"
ADMIN = "/api/v1/admin/payments"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def posted(browser: Client, binding_id: str) -> Callable[[bytes, dict[str, str]], int]:
    def send(body: bytes, headers: dict[str, str]) -> int:
        answer = browser.post(
            f"/hooks/pay/{binding_id}", body, content_type="application/json", headers=headers
        )
        return int(answer.status_code)

    return send


PASSWORD = "a quiet harbour at dawn"


@pytest.fixture
def paid_event(stripe_binding: PaymentBinding, double: StripeDouble) -> dict[str, Any]:
    """The notice of an intent that was just paid."""
    attempt = begun(wanted(1999), stripe_binding)
    double.pay(KEY, attempt.gateway_ref)
    return double.events("checkout.session.completed")[0]


def test_a_notice_needs_no_cookie_and_is_acknowledged_once_kept(
    tenant_a: TenantRef, stripe_binding: PaymentBinding, paid_event: dict[str, Any], goods: Goods
) -> None:
    with store(tenant_a) as browser:
        browser.handler.enforce_csrf_checks = True
        send = posted(browser, stripe_binding.public_id)

        answers = [deliver(paid_event, HOOK_SECRET, send) for _time in range(3)]

    assert answers == [200, 200, 200]
    assert goods.words == ["paid"]
    notice = Notice.objects.get()
    number = str(paid_event["id"]).encode()
    assert number in body_of(notice)
    assert number not in bytes(notice.sealed_body)


def test_a_kept_notice_opens_in_its_own_row_alone(
    tenant_a: TenantRef, stripe_binding: PaymentBinding, paid_event: dict[str, Any]
) -> None:
    with store(tenant_a) as browser:
        deliver(paid_event, HOOK_SECRET, posted(browser, stripe_binding.public_id))
    notice = Notice.objects.get()

    notice.pk = uuid7()

    with pytest.raises(SecretsUnreadable):
        body_of(notice)


class Buggy(StripeGateway):
    """A gateway that reads no notice without falling over."""

    code = "buggy"

    def parse_webhook(self, *_notice: object) -> NoReturn:
        raise ZeroDivisionError


class Held:
    """The directory, with every tenant held back."""

    def __init__(self, known: TenantDirectory, level: int) -> None:
        self.known, self.level = known, level

    def by_host(self, host: str, *, kind: HostKind) -> TenantRef | None:
        found = self.known.by_host(host, kind=kind)
        return None if found is None else replace(found, level=self.level)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.known, name)


@pytest.fixture
def hold() -> Iterator[Callable[[int], None]]:
    """Holds every tenant back at a level."""
    known = directory()
    yield lambda level: set_directory(cast("TenantDirectory", Held(known, level)))
    set_directory(known)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_shop_that_is_held_back_still_hears_of_money(
    tenant_a: TenantRef,
    stripe_binding: PaymentBinding,
    paid_event: dict[str, Any],
    goods: Goods,
    hold: Callable[[int], None],
    *,
    level: int,
) -> None:
    hold(level)
    with store(tenant_a) as browser:
        answer = deliver(paid_event, HOOK_SECRET, posted(browser, stripe_binding.public_id))

    assert answer == 200
    assert goods.words == ["paid"]


def test_a_forged_notice_is_refused_and_leaves_nothing(
    tenant_a: TenantRef, stripe_binding: PaymentBinding, paid_event: dict[str, Any], goods: Goods
) -> None:
    with store(tenant_a) as browser:
        send = posted(browser, stripe_binding.public_id)

        forged = deliver(paid_event, "whsec_somebodyelses", send)
        old = deliver(paid_event, HOOK_SECRET, send, at=int(utc_now().timestamp()) - 301)
        unsigned = send(b"{}", {})
        large = send(b"x" * (256 * 1024 + 1), {"Stripe-Signature": "t=1,v1=0"})

    assert ({forged, old, unsigned}, large) == ({400}, 413)
    assert not Notice.objects.exists()
    assert goods.words == []


def test_a_notice_for_another_tenants_binding_is_refused(
    tenant_a: TenantRef,
    tenant_b: TenantRef,
    stripe_binding: PaymentBinding,
    paid_event: dict[str, Any],
    goods: Goods,
) -> None:
    with store(tenant_b) as browser:
        answer = deliver(paid_event, HOOK_SECRET, posted(browser, stripe_binding.public_id))
        unknown = deliver(paid_event, HOOK_SECRET, posted(browser, public_id("pay", uuid7())))
        nonsense = deliver(paid_event, HOOK_SECRET, posted(browser, "pay_x"))

    assert (answer, unknown, nonsense) == (404, 404, 404)
    assert goods.words == []
    with tenant_context(tenant_b):
        assert not Notice.objects.exists()


def test_two_shops_on_one_stripe_account_do_not_hear_each_other(
    tenant_b: TenantRef, stripe_binding: PaymentBinding, paid_event: dict[str, Any], goods: Goods
) -> None:
    with tenant_context(tenant_b):
        theirs = bound("stripe", stripe_values())
    with store(tenant_b) as browser:
        answer = deliver(paid_event, HOOK_SECRET, posted(browser, theirs.public_id))

    assert answer == 200
    assert goods.words == []
    with tenant_context(tenant_b):
        assert Notice.objects.get().state == "ignored"


def test_a_binding_does_not_pay_what_another_binding_began(
    tenant_a: TenantRef, stripe_binding: PaymentBinding, paid_event: dict[str, Any], goods: Goods
) -> None:
    other = bound("stripe", stripe_values())
    with store(tenant_a) as browser:
        deliver(paid_event, HOOK_SECRET, posted(browser, other.public_id))

    assert (Notice.objects.get().state, Notice.objects.get().fault) == ("failed", "other_binding")
    assert goods.words == []


def test_a_hook_tells_what_is_wrong_in_a_problem_document(
    tenant_a: TenantRef, stripe_binding: PaymentBinding
) -> None:
    known = f"/hooks/pay/{stripe_binding.public_id}"
    with store(tenant_a, HTTP_ACCEPT="text/html") as browser:
        browser.raise_request_exception = False
        answers = [
            browser.get(known),
            browser.post("/hooks/pay/pay_x"),
            browser.post("/hooks/nobody/listens"),
            browser.post(known, b"{}", content_type="application/json"),
            browser.post(known, b"x" * (256 * 1024 + 1), content_type="text/plain"),
        ]
        PaymentBinding.objects.update(gateway=Buggy.code)
        register_gateway(Buggy())
        answers.append(browser.post(known, b"{}", content_type="application/json"))
        unregister_gateway(Buggy.code)

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (405, "http.405"),
        (404, "http.404"),
        (404, "http.404"),
        (400, "payments.notice_refused"),
        (413, "http.413"),
        (500, "http.500"),
    ]
    assert {answer["Content-Type"] for answer in answers} == {"application/problem+json"}
    assert answers[0]["Allow"] == "POST"


def test_a_payer_sees_the_ways_and_begins_one(
    tenant_a: TenantRef, stripe_binding: PaymentBinding, double: StripeDouble
) -> None:
    intent = wanted(1999)
    address = f"{STORE}/{intent.public_id}"
    chosen = {"binding": stripe_binding.public_id}
    with store(tenant_a) as browser:
        cashier = browser.get(f"{address}/").json()
        answers = [
            browser.post(
                f"{address}/attempts/",
                chosen,
                content_type="application/json",
                headers={"Idempotency-Key": "one"},
            )
            for _time in range(2)
        ]

    assert cashier["intent"]["amount"] == "19.99"
    assert [(way["gateway"], way["channels"]) for way in cashier["ways"]] == [
        ("stripe", ["redirect", "card_fields"])
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["action"]["kind"] == "redirect"
    assert len(double.made(KEY, "checkout.session")) == 1


def test_coming_back_before_the_notice_asks_the_gateway(
    tenant_a: TenantRef, stripe_binding: PaymentBinding, double: StripeDouble, goods: Goods
) -> None:
    intent = wanted(1999)
    attempt = begun(intent, stripe_binding)
    double.pay(KEY, attempt.gateway_ref)
    with store(tenant_a) as browser:
        answer = browser.post(f"{STORE}/{intent.public_id}/attempts/{attempt.number}/")

    assert answer.json()["state"] == "paid"
    assert hear(double, stripe_binding) == [200] * len(double.events())
    assert goods.words == ["paid"]


def test_a_members_payment_is_nobody_elses(
    tenant_a: TenantRef, stripe_binding: PaymentBinding
) -> None:
    with store(tenant_a) as owner:
        member = owner.as_member("owner@example.com")
        intent = wanted(1999, member=member)
        mine = owner.get(f"{STORE}/{intent.public_id}/").status_code
    with store(tenant_a) as guest:
        theirs = guest.get(f"{STORE}/{intent.public_id}/").status_code
        guest.as_member("other@example.com")
        others = guest.post(
            f"{STORE}/{intent.public_id}/attempts/",
            {"binding": stripe_binding.public_id},
            content_type="application/json",
        ).status_code

    assert (mine, theirs, others) == (200, 404, 404)
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"binding": "pay_x"},
        {"binding": public_id("pay", uuid7())},
        {"binding": None},
        {"amount": "-1"},
        {"amount": "19.999"},
        {"amount": "1e9"},
        {"amount": "20.00"},
        {"channel": "moonshine"},
        {"channel": "balance"},
    ],
)
def test_what_cannot_be_begun_is_refused_and_leaves_nothing(
    tenant_a: TenantRef, stripe_binding: PaymentBinding, sent: dict[str, object]
) -> None:
    intent = wanted(1999)
    told = {"binding": stripe_binding.public_id, **sent} if sent else {}
    with store(tenant_a) as browser:
        answer = browser.post(
            f"{STORE}/{intent.public_id}/attempts/", told, content_type="application/json"
        )

    assert answer.status_code in {400, 404, 409, 422}
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert not Attempt.objects.exists()


def test_staff_bind_rename_switch_and_remove(tenant_a: TenantRef, double: StripeDouble) -> None:
    told = {"gateway": "stripe", "live": False, "title": "Cards", "values": stripe_values()}
    with console(tenant_a) as browser:
        browser.as_staff("payments.manage")
        forms = browser.get(f"{ADMIN}/gateways/").json()
        made = browser.post(f"{ADMIN}/bindings/", told, content_type="application/json")
        place = f"{ADMIN}/bindings/{made.json()['id']}/"
        changed = browser.patch(
            place, {"enabled": True, "title": "银行卡"}, content_type="application/json"
        )
        listed = browser.get(f"{ADMIN}/bindings/").json()
        removed = browser.delete(place).status_code
        after = browser.get(place).status_code

    assert [form["code"] for form in forms] == ["stripe", "wallet", "offline"]
    assert (made.status_code, removed, after) == (201, 204, 404)
    assert (changed.json()["enabled"], changed.json()["title"]) == (True, "银行卡")
    assert listed[0]["hints"]["restricted_key"] == KEY[-4:]
    assert KEY not in made.content.decode() + str(listed)


def test_accounts_are_changed_by_whoever_has_just_typed_the_password(
    tenant_a: TenantRef, stripe_binding: PaymentBinding
) -> None:
    place, confirm = f"{ADMIN}/bindings/{stripe_binding.public_id}/", "/api/v1/admin/confirmation/"
    with console(tenant_a) as browser:
        person = browser.as_staff("payments.manage")
        with tenant_context(tenant_a):
            set_own_password(person, PASSWORD)
            browser.force_login(person)
            session = browser.session
            note_confirmed(session, now=utc_now() - LASTS)
            session.save()

        def send(path: str, body: dict[str, object]) -> tuple[int, str]:
            call = browser.post if path == confirm else browser.patch
            answer = call(path, body, content_type="application/json")
            return answer.status_code, answer.json().get("code", "") if answer.content else ""

        late = send(place, {"title": "Mine"})
        removed = browser.delete(place).status_code
        wrong = send(confirm, {"password": "another one"})
        right = send(confirm, {"password": PASSWORD})
        changed = send(place, {"title": "Mine"})

    assert (late, removed) == ((403, "access.confirmation_needed"), 403)
    assert (wrong, right[0]) == ((422, "access.confirmation_refused"), 204)
    assert changed[0] == 200


@pytest.mark.parametrize("permission", ["", "payments.view", "payments.refund"])
def test_accounts_are_for_those_who_may_manage_them(tenant_a: TenantRef, permission: str) -> None:
    with console(tenant_a) as browser:
        browser.as_staff(*filter(None, [permission]))

        assert browser.get(f"{ADMIN}/bindings/").status_code == 403
        assert browser.get(f"{ADMIN}/gateways/").status_code == 403


def test_staff_give_back_a_part(
    tenant_a: TenantRef,
    stripe_binding: PaymentBinding,
    paid_event: dict[str, Any],
    goods: Goods,
    double: StripeDouble,
) -> None:
    hear(double, stripe_binding)
    intent = PaymentIntent.objects.get()
    told = {"amount": "5.00", "reason": "damaged"}
    with console(tenant_a) as browser:
        browser.as_staff("payments.refund", "payments.view")
        headers = {"Idempotency-Key": "r1"}
        answers = [
            browser.post(
                f"{ADMIN}/intents/{intent.public_id}/refunds/",
                told,
                content_type="application/json",
                headers=headers,
            )
            for _time in range(2)
        ]
        drive_refund(Refund.objects.get().id, now=utc_now())
        too_much = browser.post(
            f"{ADMIN}/intents/{intent.public_id}/refunds/",
            {"amount": "15.00", "reason": "x"},
            content_type="application/json",
        )
        shown = browser.get(f"{ADMIN}/intents/{intent.public_id}/").json()

    assert [answer.status_code for answer in answers] == [201, 201]
    assert (too_much.status_code, too_much.json()["open"]) == (409, "14.99")
    assert shown["intent"]["refunded"] == "5.00"
    assert [(r["state"], r["amount"]) for r in shown["refunds"]] == [("succeeded", "5.00")]
    assert goods.words == ["paid", "refunded"]


def test_a_transfer_is_shown_reviewed_and_paid(
    tenant_a: TenantRef, in_tenant_a: TenantRef, goods: Goods
) -> None:
    binding = bound("offline", {"way": "transfer", "instructions": "转账", "account": "6222"})
    intent = wanted(1999)
    attempt = begun(intent, binding)
    place = f"{STORE}/{intent.public_id}/attempts/{attempt.number}/proofs/"
    with store(tenant_a) as payer:
        script = payer.post(place, {"file": SimpleUploadedFile("a.png", b"<script>")})
        proof = payer.post(place, {"file": SimpleUploadedFile("a.exe", PNG), "note": "已转"})
    with console(tenant_a) as browser:
        browser.as_staff("payments.review")
        waiting = browser.get(f"{ADMIN}/reviews/").json()["results"]
        said = {"verdict": "confirm", "received": "19.98", "reference": "ICBC 1"}
        review = f"{ADMIN}/reviews/{attempt.number}/"
        wrong = browser.post(review, said, content_type="application/json")
        right = browser.post(review, {**said, "received": "19.99"}, content_type="application/json")

    assert (script.status_code, proof.status_code) == (422, 201)
    assert [len(each["proofs"]) for each in waiting] == [1]
    assert "/payments/proofs/" in waiting[0]["proofs"][0]["url"]
    assert (wrong.status_code, right.status_code) == (409, 200)
    assert fresh(intent).state == IntentState.PAID
    assert goods.words == ["paid"]


def test_a_refund_by_hand_waits_for_staff(
    tenant_a: TenantRef, in_tenant_a: TenantRef, goods: Goods
) -> None:
    binding = bound("offline", {"way": "delivery", "instructions": "货到付款"})
    intent = wanted(1999)
    attempt = begun(intent, binding)
    with console(tenant_a) as browser:
        browser.as_staff("payments.review", "payments.refund")
        json = "application/json"
        browser.post(
            f"{ADMIN}/reviews/{attempt.number}/",
            {"verdict": "confirm", "received": "19.99"},
            content_type=json,
        )
        browser.post(
            f"{ADMIN}/intents/{intent.public_id}/refunds/",
            {"amount": "19.99", "reason": "returned"},
            content_type=json,
        )
        sweep(now=utc_now())
        (waiting,) = browser.get(f"{ADMIN}/refunds/waiting/").json()["results"]
        done = browser.post(
            f"{ADMIN}/refunds/{waiting['id']}/review/",
            {"verdict": "confirm", "reference": "cash"},
            content_type=json,
        )

    assert done.json()["state"] == RefundState.SUCCEEDED
    assert goods.words == ["promised", "paid", "refunded"]
    assert fresh(intent).refunded_minor == 1999
