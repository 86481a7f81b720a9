"""Payment accounts, reviews and the ledger as staff meet them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from kernel.access.confirming import LASTS, note_confirmed
from kernel.access.services import set_own_password
from kernel.audit.models import AuditEntry
from kernel.checkout.paying import intent_for
from kernel.common.ids import public_id, uuid7
from kernel.common.money import Money
from kernel.common.secrets.local_ring import write_new_key
from kernel.common.secrets.services import default_sealer
from kernel.common.time import utc_now
from kernel.ledger.models import Account, Asset
from kernel.ledger.services import Leg, post, system
from kernel.ledger.values import TENANT
from kernel.orders.models import Order
from kernel.orders.services.lifecycle import cancel_orders
from kernel.payments.choices import Verdict
from kernel.payments.gateways.contract import Payer
from kernel.payments.models import Attempt, BindingVersion, Difference, PaymentBinding, Refund
from kernel.payments.services import bind, drive_refund, review, set_enabled, start_attempt
from kernel.payments.services.attempts import Start
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER, make_variant, orders_in, place
from testkit.servers.stripe.running import StripeDouble, stripe_double
from testkit.web import TenantClient, console

MONEY = ("payments.manage", "payments.review", "payments.reconcile", "ledger.view", "orders.view")
OFFLINE = {
    "title": "Bank transfer",
    "value_way": "transfer",
    "value_instructions": "Please name the order.",
    "value_account": "6222 0000 1111",
}
STRIPE = {
    "title": "Cards",
    "value_restricted_key": "sk_test_abcdefghijklmnop1234",
    "value_publishable_key": "pk_test_abcdefghijklmnop5678",
    "value_webhook_secret": "whsec_abcdefghijklmnop9012",
}


@pytest.fixture(autouse=True)
def _sealer(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.STOA_KMS_KEY = ""
    settings.STOA_SECRETS_KEYS_DIR = str(tmp_path)
    write_new_key(tmp_path, now=utc_now())
    default_sealer.cache_clear()
    yield
    default_sealer.cache_clear()


@pytest.fixture
def double(settings: Settings) -> Iterator[StripeDouble]:
    with stripe_double() as running:
        settings.STOA_STRIPE_API_BASE = running.url
        yield running


@pytest.fixture
def waiting(tenant: TenantRef) -> tuple[Order, Attempt]:
    """An order whose buyer says that he has sent the money."""
    with tenant_context(tenant):
        values = {key.removeprefix("value_"): text for key, text in OFFLINE.items()}
        values.pop("title")
        row = bind(
            gateway="offline",
            is_live=False,
            title="Bank transfer",
            values=values,
            actor=TESTER,
            now=utc_now(),
        )
        set_enabled(row.pk, enabled=True, actor=TESTER)
        group = place((make_variant(minor=5000).pk, 1))
        intent = intent_for(group.pk, now=utc_now())
        payer = Payer(email="guest@example.com")
        start = Start(row.pk, "first", store_url="https://shop.example", payer=payer)
        attempt = start_attempt(intent.pk, start, now=utc_now())
        return orders_in(group)[0], attempt


PATHS = (
    "payments/",
    "payments/splits/",
    "payments/add/",
    "payments/add/offline/direct/",
    "ledger/",
)


@pytest.mark.parametrize("path", [*PATHS, "ledger/differences/", "orders/reviews/"])
def test_only_staff_with_the_permission_come_in(tenant: TenantRef, path: str) -> None:
    with console(tenant) as browser:
        stranger = browser.get(f"/{path}")
        browser.as_staff("orders.view", "products.manage")
        colleague = browser.get(f"/{path}")

    assert (stranger.status_code, colleague.status_code) == (302, 403)


def test_an_account_is_bound_switched_on_and_taken_away(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff(*MONEY)

    bound = desk.post("/payments/add/offline/direct/", OFFLINE)

    assert bound.status_code == 302
    with tenant_context(tenant):
        [row] = PaymentBinding.objects.all()
        assert not row.is_enabled
    desk.post(f"/payments/{row.public_id}/switch/", {"enabled": "1"})
    with tenant_context(tenant):
        assert PaymentBinding.objects.get().is_enabled
    assert desk.get(f"/payments/{row.public_id}/remove/").status_code == 200
    desk.post(f"/payments/{row.public_id}/remove/")
    assert "Nobody can pay yet." in desk.get("/payments/").content.decode()


@pytest.mark.parametrize(
    "changed",
    [
        {"value_account": ""},
        {"value_way": "pigeon"},
        {"value_instructions": ""},
        {"value_days": "0"},
        {"value_days": "x"},
        {"title": ""},
        {"title": "x" * 81},
    ],
)
def test_particulars_that_cannot_be_used_bind_nothing(
    desk: TenantClient, tenant: TenantRef, changed: dict[str, str]
) -> None:
    desk.as_staff(*MONEY)

    answer = desk.post("/payments/add/offline/direct/", {**OFFLINE, **changed})

    assert answer.status_code == 422
    with tenant_context(tenant):
        assert not PaymentBinding.objects.exists()


def test_a_gateway_or_mode_that_is_not_there_is_not_found(desk: TenantClient) -> None:
    desk.as_staff(*MONEY)

    assert desk.get("/payments/add/pigeon/direct/").status_code == 404
    assert desk.get("/payments/add/offline/connect/").status_code == 404


def test_a_secret_is_tried_kept_and_never_shown_again(
    desk: TenantClient, tenant: TenantRef, double: StripeDouble
) -> None:
    desk.as_staff(*MONEY)

    bound = desk.post("/payments/add/stripe/direct/", STRIPE)
    assert bound.status_code == 302, bound.content.decode()
    page = desk.get(bound["Location"]).content.decode()

    assert "sk_test_abcdefghijklmnop1234" not in page
    assert "whsec_" not in page
    assert "••••1234" in page
    assert "/hooks/pay/" in page
    kept = desk.post(bound["Location"], {**STRIPE, "value_restricted_key": "", "title": "Card"})
    assert kept.status_code == 302
    with tenant_context(tenant):
        [row] = PaymentBinding.objects.all()
        assert (row.title, row.version) == ("Card", 2)
        assert BindingVersion.objects.get(version=2).hints["restricted_key"] == "1234"


def test_accounts_of_another_shop_are_not_there(
    tenant_b: TenantRef, waiting: tuple[Order, Attempt]
) -> None:
    key = public_id("pay", waiting[1].binding_id)
    with console(tenant_b) as browser:
        browser.as_staff(*MONEY)

        assert browser.get(f"/payments/{key}/").status_code == 404
        assert browser.post(f"/payments/{key}/switch/").status_code == 404
        assert "Bank transfer" not in browser.get("/payments/").content.decode()


def test_a_payment_made_outside_is_confirmed(
    desk: TenantClient, tenant: TenantRef, waiting: tuple[Order, Attempt]
) -> None:
    desk.as_staff(*MONEY)
    order, attempt = waiting
    path = f"/orders/{order.number}/payments/{attempt.number}/"

    assert order.number in desk.get("/orders/reviews/").content.decode()
    other = desk.post(path, {"verdict": "confirm", "received": "49.99"})
    nothing = desk.post(path, {"verdict": "confirm", "received": ""})
    words = desk.post(path, {"verdict": "confirm", "received": "fifty"})
    with tenant_context(tenant):
        order.refresh_from_db()
        before = order.payment_status
    done = desk.post(path, {"verdict": "confirm", "received": "50.00", "reference": "B-1"})
    again = desk.post(path, {"verdict": "reject"})

    assert {other.status_code, nothing.status_code, words.status_code} <= {400, 409, 422}
    assert before == "unpaid"
    assert (done.status_code, again.status_code) == (302, 409)
    with tenant_context(tenant):
        order.refresh_from_db()
        assert order.payment_status == "paid"


def test_a_payment_is_reviewed_at_its_own_order_alone(
    desk: TenantClient, tenant: TenantRef, waiting: tuple[Order, Attempt], paid_order: Order
) -> None:
    desk.as_staff(*MONEY)

    answer = desk.post(
        f"/orders/{paid_order.number}/payments/{waiting[1].number}/",
        {"verdict": "confirm", "received": "50.00"},
    )

    assert answer.status_code == 404


def test_the_ledger_shows_balances_and_statements(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff(*MONEY)
    with tenant_context(tenant):
        legs = [Leg(system("tests"), "cny", -1250), Leg(TENANT, "cny", 1250)]
        post(key="one", kind="payments.captured", legs=legs)
        account = Account.objects.get(owner_kind="tenant")
    overview = desk.get("/ledger/").content.decode()
    path = f"/ledger/accounts/{public_id('acc', account.pk)}/"
    page = desk.get(path).content.decode()

    assert "Adds up to zero" in overview
    assert "¥12.50" in overview
    assert "Payment received" in page
    assert desk.get(f"{path}?before=zz").status_code == 200
    assert desk.get(f"{path}?before=1").status_code == 200


def test_points_are_defined_with_their_rules_and_changed(
    desk: TenantClient, tenant: TenantRef
) -> None:
    told = {"code": "points", "kind": "points", "scale": "0", "name_en": "Points"}
    rules = {"is_spendable": "on", "is_active": "on", "rate_units": "100", "rate_minor": "100"}
    whole = {**told, **rules, "name_zh-hans": "积分", "expiry_days": "365"}
    desk.as_staff("ledger.view")
    stranger = desk.post("/ledger/assets/new/", whole).status_code
    desk.as_staff("ledger.assets", email="till@example.com")

    nameless = desk.post("/ledger/assets/new/", {**whole, "name_zh-hans": ""}).status_code
    made = desk.post("/ledger/assets/new/", whole).status_code
    again = desk.post("/ledger/assets/new/", whole).status_code
    changed = desk.post("/ledger/assets/points/", {**whole, "expiry_days": "30"}).status_code

    assert (stranger, nameless, made, again, changed) == (403, 422, 302, 422, 302)
    assert "after 30 days" in desk.get("/ledger/assets/").content.decode()
    with tenant_context(tenant):
        row = Asset.objects.get(code="points")
        assert (row.expiry_days, row.currency, row.is_transferable) == (30, "CNY", False)
        assert AuditEntry.objects.filter(action="ledger.asset_defined").count() == 1


def test_payments_stand_in_the_order_of_their_time(
    desk: TenantClient, tenant: TenantRef, waiting: tuple[Order, Attempt]
) -> None:
    desk.as_staff("payments.view")
    with tenant_context(tenant):
        older = Attempt.objects.get(pk=waiting[1].pk)
        older.pk, older.key = uuid7(), "older"
        older.created_at -= timedelta(days=3)
        older.save(force_insert=True)
        assert older.pk > waiting[1].pk

    shown = [row.pk for row, _numbers in desk.get("/payments/received/").context["rows"]]
    exported = b"".join(desk.get("/payments/received/export.csv")).decode()

    assert shown == [waiting[1].pk, older.pk]
    assert exported.index(f"{waiting[1].created_at:%Y-%m-%dT}") < exported.index(
        f"{older.created_at:%Y-%m-%dT}"
    )


def test_a_difference_is_dealt_with_once(
    desk: TenantClient, tenant: TenantRef, waiting: tuple[Order, Attempt]
) -> None:
    desk.as_staff(*MONEY)
    with tenant_context(tenant):
        row = Difference.objects.create(
            binding_id=waiting[1].binding_id,
            day=date(2024, 5, 20),
            kind="amount",
            line_kind="payment",
            subject="pi_1",
            currency="CNY",
            ours_minor=100,
            theirs_minor=90,
        )
    path = f"/ledger/differences/{row.public_id}/"

    assert "pi_1" in desk.get("/ledger/differences/").content.decode()
    desk.post(path, {"resolution": ""})
    with tenant_context(tenant):
        assert Difference.objects.get().state == "open"
    assert desk.post(path, {"resolution": "Asked the bank"}).status_code == 302
    assert desk.post(path, {"resolution": "Again"}).status_code == 404
    with tenant_context(tenant):
        assert Difference.objects.get().resolution == "Asked the bank"


def test_a_day_of_an_account_without_statements_is_told(
    desk: TenantClient, waiting: tuple[Order, Attempt]
) -> None:
    desk.as_staff(*MONEY)

    answer = desk.post(
        "/ledger/differences/", {"binding": str(waiting[1].binding_id), "day": "2024-05-20"}
    )
    nonsense = desk.post("/ledger/differences/", {"binding": "x", "day": "x"})

    assert (answer.status_code, nonsense.status_code) == (422, 422)


def test_whoever_has_not_typed_the_password_lately_is_asked_for_it(tenant_a: TenantRef) -> None:
    password = "a quiet harbour at dawn"
    with console(tenant_a) as browser:
        person = browser.as_staff(*MONEY)
        with tenant_context(tenant_a):
            set_own_password(person, password)
            browser.force_login(person)
            session = browser.session
            note_confirmed(session, now=utc_now() - LASTS)
            session.save()

        asked = browser.get("/payments/add/offline/direct/")
        told = {"next": "/payments/add/offline/direct/", "password": password}
        wrong = browser.post("/account/confirm/", {**told, "password": "another one"})
        right = browser.post("/account/confirm/", told)

        assert asked["Location"] == "/account/confirm/?next=%2Fpayments%2Fadd%2Foffline%2Fdirect%2F"
        assert browser.get(asked["Location"]).status_code == 200
        assert wrong.status_code == 422
        assert right["Location"] == "/payments/add/offline/direct/"
        assert browser.get(right["Location"]).status_code == 200


def test_a_refund_by_hand_waits_until_somebody_made_it(
    desk: TenantClient, tenant: TenantRef, waiting: tuple[Order, Attempt]
) -> None:
    desk.as_staff("payments.view", "payments.refund", "payments.review", "ledger.view")
    order, attempt = waiting
    with tenant_context(tenant):
        review(
            attempt.pk,
            verdict=Verdict.CONFIRM,
            received=Money(5000, "CNY"),
            reference="B1",
            note="",
            actor=TESTER,
            now=utc_now(),
        )
        cancel_orders([order.pk], reason="", actor=TESTER, now=utc_now())
        drive_refund(Refund.objects.get().pk, now=utc_now())
        row = Refund.objects.get()
    path = f"/payments/refunds/{row.number}/"

    queue = desk.get("/payments/refunds/").content.decode()
    nameless = desk.post(path, {"verdict": "confirm", "reference": ""})
    made = desk.post(path, {"verdict": "confirm", "reference": "OUT-7"})
    again = desk.post(path, {"verdict": "confirm", "reference": "OUT-8"})

    assert order.number in queue
    assert (nameless.status_code, made.status_code, again.status_code) == (422, 302, 422)
    with tenant_context(tenant):
        row.refresh_from_db()
        assert (row.state, row.gateway_ref) == ("succeeded", "OUT-7")
    assert "Nothing is to be paid back by hand." in desk.get("/payments/refunds/").content.decode()
    for name in ("payments/received", "payments/refunds", "ledger/journals"):
        page = desk.get(f"/{name}/").content.decode()
        exported = b"".join(desk.get(f"/{name}/export.csv")).decode()
        assert order.number in page, name
        assert order.number in exported, name
        nothing = desk.get(f"/{name}/?since=2999-01-01").content.decode()
        assert order.number not in nothing, name


def test_who_may_only_look_pays_nothing_back(
    desk: TenantClient, tenant: TenantRef, waiting: tuple[Order, Attempt]
) -> None:
    desk.as_staff("payments.view")

    assert desk.get("/payments/received/").status_code == 200
    assert desk.get("/payments/refunds/prf_00000000000000000000000000/").status_code == 404
    assert desk.get("/ledger/journals/").status_code == 403
