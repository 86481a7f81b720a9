"""Top-ups: by Stripe and by transfer, credited once whatever is told how often."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.test import Client
from pytest_django.fixtures import Settings

from channel_center.billing.models import TopUp
from channel_center.billing.services.invariants import faults
from channel_center.billing.services.wallets import lock, top_up, view_of, wallet_of
from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.partners.tests.test_console_and_api import signed_in
from channel_center.partners.tests.test_tree import make_partner
from channel_center.topups.choices import Method, TopUpState
from channel_center.topups.errors import (
    AlreadyDecided,
    InvalidAmount,
    InvalidLink,
    InvalidReceiver,
    NoReceiver,
    ReferenceKnown,
    UnknownTopUp,
)
from channel_center.topups.models import Heard, Receiver, TopUpRequest
from channel_center.topups.services.receiving import set_receiver
from channel_center.topups.services.topping import begin, decide, link_of, page_of, settle, sweep
from kernel.access.confirming import note_confirmed
from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.ledger.services import post
from kernel.ledger.values import TENANT, Leg
from kernel.tenancy.context import TenantRef, TenantThreadPool, public_context
from tenants.models import Tenant
from testkit.sealing import root_key
from testkit.servers.stripe import StripeDouble, stripe_double
from testkit.servers.stripe.running import deliver
from testkit.tenants import open_test_tenant
from testkit.web import console

ACTOR = Actor.system("tests")
KEYS = {
    "restricted_key": "sk_test_aquietharbour",
    "publishable_key": "pk_test_aquietharbour",
    "webhook_secret": "whsec_atestsecretoftherun",
}
HERE = "https://partner.example/"
BANK = "North Star Ltd, Bank of Harbour, 6222 0000"


@pytest.fixture(scope="module")
def double() -> Iterator[StripeDouble]:
    with stripe_double() as running:
        yield running


@pytest.fixture
def as_channel(settings: Settings, double: StripeDouble) -> Iterator[None]:
    settings.STOA_STRIPE_API_BASE = double.url
    settings.STOA_PROCESS = "channel"
    settings.ROOT_URLCONF = "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"
    HOSTS.forget()
    with root_key():
        yield


@pytest.fixture
def partner(db: None, as_channel: None) -> Channel:
    """A partner, whose operator takes cards and transfers."""
    set_receiver(None, bank=BANK, least_minor=100, keys=KEYS, actor=ACTOR)
    return make_partner()


def begun(partner: Channel, minor: int = 5000, **told: str) -> TopUpRequest:
    wallet = wallet_of(channel_id=partner.pk)
    method = told.pop("method", Method.STRIPE)
    return begin(wallet, minor, method=method, actor=ACTOR, now=utc_now(), back_to=HERE, **told)


def balance(partner: Channel) -> int:
    return view_of(wallet_of(channel_id=partner.pk)).balance_minor


def session_of(row: TopUpRequest) -> str:
    with public_context():
        return str(TopUpRequest.objects.values_list("gateway_ref", flat=True).get(pk=row.pk))


def tell(double: StripeDouble, row: TopUpRequest, *, secret: str = KEYS["webhook_secret"]) -> int:
    """Hand over, as Stripe does, that a session was paid; return the answer's status."""
    [event] = [
        each
        for each in double.events("checkout.session.completed")
        if each["data"]["object"]["client_reference_id"] == row.public_id
    ]

    def send(body: bytes, headers: dict[str, str]) -> int:
        with public_context():
            receiver = Receiver.objects.get(pk=row.receiver_id)
            host = receiver.channel.host if receiver.channel else None
        client = Client(headers={"host": host or str(django_settings.STOA_OPERATOR_HOST)})
        path = f"/hooks/top-up/{receiver.public_id}/"
        return client.post(path, body, "application/json", headers=headers).status_code

    return deliver(event, secret, send)


def test_what_was_paid_by_card_is_credited_once_however_often_it_is_told(
    partner: Channel, double: StripeDouble
) -> None:
    row = begun(partner)
    address = page_of(row.pk, here=HERE, now=utc_now())
    assert page_of(row.pk, here=HERE, now=utc_now()) == address
    assert balance(partner) == 0

    double.pay(KEYS["restricted_key"], session_of(row))
    answers = [tell(double, row) for _time in range(3)]
    settle(row.pk, now=utc_now())

    assert answers == [200, 200, 200]
    assert balance(partner) == 5000
    with public_context():
        assert TopUp.objects.filter(reference=row.public_id).count() == 1
        assert Heard.objects.filter(top_up=row).count() == 1
        assert TopUpRequest.objects.get(pk=row.pk).state == TopUpState.CREDITED


def test_a_notice_that_stripe_did_not_sign_credits_nothing(
    partner: Channel, double: StripeDouble
) -> None:
    row = begun(partner)
    page_of(row.pk, here=HERE, now=utc_now())
    double.pay(KEYS["restricted_key"], session_of(row))

    assert tell(double, row, secret="whsec_anothersecretaltogether") == 400

    assert balance(partner) == 0
    with public_context():
        assert not Heard.objects.exists()


def test_what_nobody_told_us_of_is_found_by_the_clock_and_what_nobody_pays_is_closed(
    partner: Channel, double: StripeDouble
) -> None:
    paid, unpaid = begun(partner), begun(partner)
    for row in (paid, unpaid):
        page_of(row.pk, here=HERE, now=utc_now())
    double.pay(KEYS["restricted_key"], session_of(paid))

    assert sweep(now=utc_now() + timedelta(minutes=6)) == 2
    assert balance(partner) == 5000

    sweep(now=utc_now() + timedelta(hours=27))
    with public_context():
        assert TopUpRequest.objects.get(pk=unpaid.pk).state == TopUpState.CLOSED
    with pytest.raises(InvalidLink):
        page_of(unpaid.pk, here=HERE, now=utc_now())


def test_a_transfer_is_credited_with_what_came_once_a_person_saw_it(partner: Channel) -> None:
    row = begun(partner, method=Method.BANK, reference="TT-4711")
    with pytest.raises(ReferenceKnown):
        begun(partner, method=Method.BANK, reference="TT-4711")
    with pytest.raises(UnknownTopUp):
        decide(row.pk, receiver_channel=partner.pk, minor=5000, actor=ACTOR, now=utc_now())
    assert balance(partner) == 0

    decide(row.pk, receiver_channel=None, minor=4950, actor=ACTOR, now=utc_now())

    assert balance(partner) == 4950
    with pytest.raises(AlreadyDecided):
        decide(row.pk, receiver_channel=None, minor=5000, actor=ACTOR, now=utc_now())
    assert balance(partner) == 4950


def test_a_refused_transfer_needs_a_reason_and_may_be_told_again(partner: Channel) -> None:
    row = begun(partner, method=Method.BANK, reference="TT-4712")
    with pytest.raises(InvalidAmount):
        decide(row.pk, receiver_channel=None, actor=ACTOR, now=utc_now())

    decide(row.pk, receiver_channel=None, reason="not found", actor=ACTOR, now=utc_now())

    assert balance(partner) == 0
    begun(partner, method=Method.BANK, reference="TT-4712")


@pytest.mark.parametrize("minor", [-5000, 0, 99, 10**11 + 1])
def test_an_amount_that_is_nothing_or_below_zero_is_refused(partner: Channel, minor: int) -> None:
    with pytest.raises(InvalidAmount):
        begun(partner, minor)

    with public_context():
        assert not TopUpRequest.objects.exists()


def test_keys_that_stripe_does_not_take_are_refused(partner: Channel) -> None:
    live_and_test = {**KEYS, "publishable_key": "pk_live_aquietharbour"}

    with pytest.raises(InvalidReceiver):
        set_receiver(partner.pk, bank="", least_minor=100, keys=live_and_test, actor=ACTOR)
    with pytest.raises(InvalidReceiver):
        set_receiver(partner.pk, bank="", least_minor=0, actor=ACTOR)


def test_a_shop_pays_its_own_partner_through_a_link_that_nobody_can_make(
    partner: Channel, double: StripeDouble, tenant_a: TenantRef, settings: Settings
) -> None:
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=partner.pk)
    with pytest.raises(NoReceiver):
        begin(wallet_of(tenant_id=tenant_a.id), 5000, method="stripe", actor=ACTOR, now=utc_now())
    set_receiver(partner.pk, bank="", least_minor=100, keys=KEYS, actor=ACTOR)
    with console(tenant_a, headers={"accept-language": "en"}) as owner:
        owner.as_staff("plan.view", "plan.manage")
        page = owner.get("/balance/?missing=3000").content.decode()
        sent = owner.post("/balance/top-up/", {"amount": "50.00", "method": "stripe"})
        wrong = owner.post("/balance/top-up/", {"amount": "-50.00", "method": "stripe"})
    assert 'value="30.00"' in page
    assert wrong.status_code == 422
    path = re.sub(r"^https?://[^/]+", "", sent.headers["Location"])
    assert partner.host in sent.headers["Location"]

    browser = Client(headers={"host": partner.host})
    to_stripe = browser.get(path)
    forged = browser.get(path[:-6] + "aaaaa/")

    assert to_stripe.status_code == 302
    assert to_stripe.headers["Location"].startswith(double.url)
    assert forged.status_code == 404
    with public_context():
        row = TopUpRequest.objects.get(wallet__tenant=tenant_a.id)
    double.pay(KEYS["restricted_key"], row.gateway_ref)
    [made] = [
        each
        for each in double.made(KEYS["restricted_key"], "checkout.session")
        if each["id"] == row.gateway_ref or each.get("client_reference_id") == row.public_id
    ]
    back = browser.get(re.sub(r"^https?://[^/]+", "", made["success_url"]))
    assert back.headers["Location"].endswith("/balance/")
    assert view_of(wallet_of(tenant_id=tenant_a.id)).balance_minor == 5000
    assert link_of(row)


def test_partners_and_the_operator_do_all_of_it_on_their_pages(
    partner: Channel, settings: Settings
) -> None:
    desk = signed_in(partner.host, partner)
    operator = signed_in(str(settings.STOA_OPERATOR_HOST), None)
    with public_context():
        session = operator.session
        note_confirmed(session, now=utc_now())
        session.save()
    told = {"amount": "120.50", "method": "bank", "reference": "TT-9"}

    page = desk.get("/top-ups/").content.decode()
    sent = desk.post("/top-ups/", told)
    again = desk.post("/top-ups/", told)

    assert BANK in page
    assert (sent.status_code, again.status_code) == (302, 422)
    listed = operator.get("/top-ups/").content.decode()
    [public_id] = re.findall(r"/top-ups/(tpr_\w+)/", listed)
    operator.post(f"/top-ups/{public_id}/", {"do": "credit", "amount": "120.50"})
    assert balance(partner) == 12_050
    assert "On the balance" in desk.get("/top-ups/").content.decode()
    assert operator.get("/top-ups/receiving/").status_code == 200


def test_eight_at_the_same_moment_credit_once(
    committing: None, as_channel: None, double: StripeDouble
) -> None:
    # What is committed here stays, and how the operator is paid belongs to every later test.
    shop = open_test_tenant()
    with public_context():
        seller = make_partner()
        set_receiver(seller.pk, bank="", least_minor=100, keys=KEYS, actor=ACTOR)
        Tenant.objects.filter(pk=shop.id).update(channel_id=seller.pk)
        wallet = wallet_of(tenant_id=shop.id)
        row = begin(wallet, 5000, method=Method.STRIPE, actor=ACTOR, now=utc_now(), back_to=HERE)
        page_of(row.pk, here=HERE, now=utc_now())
        double.pay(KEYS["restricted_key"], session_of(row))

        def ask() -> None:
            try:
                settle(row.pk, now=utc_now())
            finally:
                connections.close_all()

        with TenantThreadPool(8) as pool:
            for each in [pool.submit(ask) for _time in range(8)]:
                each.result()

        assert view_of(wallet).balance_minor == 5000
        assert TopUp.objects.filter(reference=row.public_id).count() == 1


def told_of(
    double: StripeDouble, row: TopUpRequest, kind: str, event_id: str, **says: object
) -> int:
    """Hand over an event about the payment of a top-up, as Stripe sends it."""
    [paid] = [
        each
        for each in double.events("checkout.session.completed")
        if each["data"]["object"]["client_reference_id"] == row.public_id
    ]
    subject = {
        "payment_intent": paid["data"]["object"]["payment_intent"],
        "currency": row.currency.lower(),
        "metadata": {},
        **says,
    }
    event = {**paid, "id": event_id, "type": kind, "data": {"object": subject}}
    with public_context():
        receiver = Receiver.objects.get(pk=row.receiver_id)
    client = Client(headers={"host": str(django_settings.STOA_OPERATOR_HOST)})

    def send(body: bytes, headers: dict[str, str]) -> int:
        path = f"/hooks/top-up/{receiver.public_id}/"
        return client.post(path, body, "application/json", headers=headers).status_code

    return deliver(event, KEYS["webhook_secret"], send)


def credited(partner: Channel, double: StripeDouble) -> TopUpRequest:
    row = begun(partner)
    page_of(row.pk, here=HERE, now=utc_now())
    double.pay(KEYS["restricted_key"], session_of(row))
    assert tell(double, row) == 200
    assert balance(partner) == 5000
    return row


def test_what_stripe_refunds_or_disputes_leaves_the_balance_once_and_may_come_back(
    partner: Channel, double: StripeDouble
) -> None:
    row = credited(partner, double)
    part = {"id": "re_1", "amount": 2000, "status": "succeeded"}
    dispute = {"id": "dp_1", "amount": 5000, "status": "needs_response"}

    for event_id in ("evt_r1", "evt_r1", "evt_r2"):
        assert told_of(double, row, "refund.created", event_id, **part) == 200
    assert balance(partner) == 3000
    told_of(double, row, "charge.dispute.created", "evt_d1", **dispute)
    told_of(double, row, "charge.dispute.funds_withdrawn", "evt_d2", **dispute)
    # Never more than came in.
    assert balance(partner) == 0
    told_of(double, row, "charge.dispute.closed", "evt_d3", **(dispute | {"status": "won"}))
    told_of(
        double, row, "charge.dispute.funds_reinstated", "evt_d4", **(dispute | {"status": "won"})
    )
    assert balance(partner) == 3000
    told_of(double, row, "refund.failed", "evt_r3", **(part | {"status": "failed"}))
    told_of(double, row, "refund.updated", "evt_r4", **part)
    assert balance(partner) == 5000

    # A failure that is heard of before the refund itself, and a warning, take nothing.
    other = part | {"id": "re_2"}
    told_of(double, row, "refund.failed", "evt_r5", **(other | {"status": "failed"}))
    told_of(double, row, "refund.created", "evt_r6", **other)
    warning = dispute | {"id": "dp_2", "status": "warning_needs_response"}
    told_of(double, row, "charge.dispute.created", "evt_d5", **warning)
    assert balance(partner) == 5000
    assert faults() == []


def test_what_was_spent_before_it_is_disputed_is_owed_and_the_operator_sees_it(
    partner: Channel, double: StripeDouble
) -> None:
    row = credited(partner, double)
    wallet = wallet_of(channel_id=partner.pk)
    with public_context():
        purse = lock([wallet])[wallet.id]
        post(
            key="spent",
            kind="billing.purchase",
            legs=[*purse.take_owing(4000), Leg(TENANT, "cny", 4000)],
            reference=("wallet", wallet.id),
        )
    dispute = {"id": "dp_3", "amount": 5000, "status": "needs_response"}

    told_of(double, row, "charge.dispute.created", "evt_d9", **dispute)

    view = view_of(wallet)
    assert (view.balance_minor, view.owed_minor, view.available_minor) == (-4000, 4000, 0)
    page = signed_in(str(django_settings.STOA_OPERATOR_HOST), None).get("/top-ups/")
    assert partner.name in page.content.decode()
    assert "Disputed by the card" in page.content.decode()
    top_up(wallet, 4500, source="bank", reference="later", actor=ACTOR)
    assert view_of(wallet).balance_minor == 500
    assert faults() == []
