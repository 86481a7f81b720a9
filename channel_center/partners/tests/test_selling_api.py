"""A reseller's own site sells: prices, balances, purchases, bulk work, people and figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from channel_center.billing.services.wallets import top_up, view_of, wallet_of
from channel_center.billing.tests.samples import ACTOR, Market, make_offers, price, put
from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.partners.choices import SCOPES
from channel_center.partners.models import PartnerDelivery
from channel_center.partners.tests.test_console_and_api import Api
from channel_center.partners.tests.test_tree import make_partner
from channel_center.topups.services.receiving import set_receiver
from kernel.access.models import Staff
from kernel.tenancy.context import TenantRef, public_context
from tenants.models import Tenant
from testkit.sealing import root_key


@pytest.fixture(autouse=True)
def _as_channel_process(db: None, settings: Settings) -> Iterator[None]:
    settings.STOA_PROCESS, settings.ROOT_URLCONF = "channel", "config.urls_channel"
    HOSTS.forget()
    with root_key():
        yield


@pytest.fixture
def partner(tenant_a: TenantRef) -> Channel:
    channel = make_partner()
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=channel.pk)
    return channel


@pytest.fixture
def api(partner: Channel) -> Api:
    return Api(partner, *SCOPES)


def put_line(api: Api, path: str, told: object) -> Any:
    return api._client.put(f"/api/v1/channel/{path}", json.dumps(told), "application/json")


def test_a_price_is_drafted_checked_and_published_and_a_shop_buys_it_and_takes_it_back(
    api: Api, partner: Channel, tenant_a: TenantRef
) -> None:
    market = Market(tenant_a.id, (partner.pk,))
    (offer,) = make_offers(["month"], trial_days=7)
    price(market, [offer], [[300]])
    market.fund(5_000)
    shop, code = f"tenants/{tenant_a.public_id}/", offer.code

    draft = api.post("price-lists/", {"audience": "shop"}, key="a").json()
    lines = f"price-lists/{draft['id']}/lines/{code}/"
    low = put_line(api, lines, {"amount": "2.99"})
    put_line(api, lines, {"amount": "10.00"})
    listed = api.post(f"price-lists/{draft['id']}/publish/", {}, key="b").json()
    late = put_line(api, lines, {"amount": "11.00"})
    priced = {each["offer"]: each for each in api.get("prices/").json()["items"]}

    assert low.json()["code"] == "billing.below_wholesale"
    assert listed["lines"] == [
        {
            "offer": code,
            "amount": "10.00",
            "least": None,
            "trial_days": None,
            "may_lose": False,
            "tiers": [],
        }
    ]
    assert late.json()["code"] == "billing.published"
    assert (priced[code]["paid"], priced[code]["asked"]) == ("3.00", "10.00")

    offers = [o for each in api.get(f"{shop}market/").json()["items"] for o in each["offers"]]
    quote = api.post(f"{shop}quotes/", {"offer": code}, key="c").json()
    bought = api.post(f"{shop}purchases/", {"token": quote["token"]}, key="d")
    again = api.post(f"{shop}purchases/", {"token": quote["token"]}, key="e").json()
    row = bought.json()["subscription"]
    forged = api.post(f"{shop}purchases/", {"token": quote["token"][:-2]}, key="f")

    assert [(o["price"], o["trial_days"]) for o in offers if o["offer"] == code] == [("10.00", 7)]
    assert (quote["due"], quote["currency"]) == ("10.00", "CNY")
    assert bought.status_code == 201
    assert again["charge"] == bought.json()["charge"]
    assert forged.json()["code"] == "billing.invalid_quote"
    # 50.00 each; the partner has the shop's money already, and pays 3.00 above.
    assert api.get("wallet/").json()["balance"] == "47.00"
    assert api.get(f"{shop}wallet/").json()["balance"] == "40.00"
    moved = api.get("wallet/movements/").json()["items"]
    assert [(each["kind"], each["amount"], each["balance_after"]) for each in moved] == [
        ("purchase", "-3.00", "47.00"),
        ("topped_up", "50.00", "50.00"),
    ]
    assert moved[0]["tenant"] == tenant_a.public_id

    (written,) = api.get("invoices/").json()["items"]
    (received,) = api.get("invoices/?side=received").json()["items"]
    assert (written["total"], written["tenant"]) == ("10.00", tenant_a.public_id)
    assert (received["total"], received["tenant"], received["partner"]) == ("3.00", None, None)

    one = f"{shop}subscriptions/{row['id']}/"
    assert api.post(f"{one}cancel/", {}, key="g").json()["ends_with_period"] is True
    assert api.post(f"{one}keep/", {}, key="h").json()["ends_with_period"] is False
    assert row["undo_gives"] == "10.00"
    undone = api.post(f"{one}undo/", {}, key="i").json()
    assert (undone["state"], undone["undo_until"]) == ("canceled", None)
    assert api.get(f"{shop}wallet/").json()["balance"] == "50.00"
    assert api.get("wallet/").json()["balance"] == "50.00"
    assert api.post(f"{one}undo/", {}, key="j").json()["code"] == "billing.not_refundable"
    # Bought again it stays bought: nobody uses it for nothing by undoing time and again.
    token = api.post(f"{shop}quotes/", {"offer": code}, key="k").json()["token"]
    second = api.post(f"{shop}purchases/", {"token": token}, key="l").json()
    assert second["subscription"]["undo_until"] is None


def test_a_transfer_is_told_by_the_partner_for_its_shop_and_credited_once_after_review(
    api: Api, partner: Channel, tenant_a: TenantRef
) -> None:
    set_receiver(partner.pk, bank="Bank of Tea 1234", least_minor=100, keys=None, actor=ACTOR)
    path = f"tenants/{tenant_a.public_id}/"
    told = {"amount": "25.00", "method": "bank", "reference": "T-1"}

    closed = api.post("top-ups/", told, key="a")
    negative = api.post(f"{path}top-ups/", told | {"amount": "-5.00"}, key="b")
    made = api.post(f"{path}top-ups/", told, key="c").json()
    twice = api.post(f"{path}top-ups/", told, key="d")
    waiting = api.get("top-ups/received/").json()["items"]
    decide = f"top-ups/received/{made['id']}/decide/"
    other = Api(make_partner(), *SCOPES).post(decide, {"amount": "25.00"}, key="e")
    credited = api.post(decide, {"amount": "25.00"}, key="f").json()
    late = api.post(decide, {"amount": "25.00"}, key="g")

    assert closed.json()["code"] == "topups.no_receiver", "the operator takes nothing here"
    assert negative.json()["code"] == "topups.invalid_amount"
    assert (made["state"], [each["id"] for each in waiting]) == ("checking", [made["id"]])
    assert twice.json()["code"] == "topups.reference_known"
    assert other.json()["code"] == "topups.unknown"
    assert (credited["state"], credited["paid"]) == ("credited", "25.00")
    assert late.json()["code"] == "topups.decided"
    assert view_of(wallet_of(tenant_id=tenant_a.id)).balance_minor == 2_500
    assert api.get(f"top-ups/{made['id']}/").json()["state"] == "credited"


def test_a_transfer_of_the_partner_itself_waits_for_the_operator(api: Api) -> None:
    set_receiver(None, bank="Operator's bank", least_minor=100, keys=None, actor=ACTOR)
    told = {"amount": "100.00", "method": "bank", "reference": "P-1"}

    made = api.post("top-ups/", told, key="a").json()

    assert (made["state"], made["pay_url"]) == ("checking", None)
    assert api.get("wallet/").json()["methods"] == ["bank"]
    assert [each["id"] for each in api.get("top-ups/").json()["items"]] == [made["id"]]
    assert api.post(f"top-ups/received/{made['id']}/decide/", {"amount": "100.00"},
                    key="b").status_code == 404, "nobody credits himself"  # fmt: skip


def test_a_program_hears_of_its_own_sales_and_of_nobody_elses(
    partner: Channel, tenant_a: TenantRef
) -> None:
    below = make_partner(parent=partner)
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=below.pk)
    market = Market(tenant_a.id, (partner.pk, below.pk))
    (offer,) = make_offers(["month"])
    price(market, [offer], [[300], [500]])
    above, own = (Api(each, *SCOPES) for each in (partner, below))
    hook = {"name": "Site", "url": "https://93.184.216.34/hook", "events": ["*"]}
    assert [each.post("webhooks/", hook).status_code for each in (above, own)] == [201, 201]
    market.fund(5_000)
    shop = f"tenants/{tenant_a.public_id}/"
    draft = own.post("price-lists/", {"audience": "shop"}, key="a").json()
    put_line(own, f"price-lists/{draft['id']}/lines/{offer.code}/", {"amount": "10.00"})
    own.post(f"price-lists/{draft['id']}/publish/", {}, key="b")

    token = own.post(f"{shop}quotes/", {"offer": offer.code}, key="c").json()["token"]
    sale = own.post(f"{shop}purchases/", {"token": token}, key="d").json()
    own.post(f"{shop}subscriptions/{sale['subscription']['id']}/undo/", {}, key="e")

    theirs, mine = _heard(partner), _heard(below)
    assert sorted(event for event, _said in mine) == [
        *("invoice.written", "invoice.written", "licence.bought", "licence.ended"),
        *("wallet.topped_up", "wallet.topped_up"),
    ]
    assert sorted(event for event, _said in theirs) == [
        *("invoice.written", "invoice.written", "wallet.topped_up"),
    ]
    bought = dict(mine)["licence.bought"]
    assert bought["tenant"] == tenant_a.public_id
    assert (bought["due_minor"], bought["currency"]) == (1_000, "CNY")
    assert [said["total_minor"] for event, said in theirs if "number" in said] == [500, 500]
    assert tenant_a.public_id not in json.dumps(theirs)
    assert partner.public_id not in json.dumps(mine)


def _heard(channel: Channel) -> list[tuple[str, dict[str, Any]]]:
    with public_context():
        rows = PartnerDelivery.objects.filter(endpoint__channel=channel).order_by("sequence")
        return [(row.event, json.loads(row.body)["data"]) for row in rows]


def test_balances_and_prices_in_another_currency_stand_apart(
    api: Api, partner: Channel, tenant_a: TenantRef
) -> None:
    set_receiver(None, bank="Operator's bank", least_minor=100, keys=None, actor=ACTOR)
    unknown = api.get("wallet/?currency=USD").json()
    with public_context():
        Tenant.objects.filter(pk=tenant_a.id).update(channel_id=partner.pk, currency="USD")
    told = {"amount": "100.00", "method": "bank", "reference": "P-2"}

    made = api.post("top-ups/?currency=USD", told, key="a").json()
    drafted = api.post("price-lists/", {"audience": "shop", "currency": "USD"}, key="b").json()

    assert unknown["code"] == "billing.unknown_currency"
    assert (made["currency"], drafted["currency"]) == ("USD", "USD")
    assert api.get("wallet/?currency=USD").json()["id"] == made["wallet"]
    assert api.get("wallet/").json()["currency"] == "CNY"
    assert api.get("prices/?currency=USD").status_code == 200
    refused = api.post("price-lists/", {"audience": "shop", "currency": "XXX"}, key="c")
    assert refused.json()["code"] == "billing.unknown_currency"


def test_another_partners_shop_prices_and_work_are_not_there(
    api: Api, partner: Channel, tenant_a: TenantRef
) -> None:
    stranger = Api(make_partner(), *SCOPES)
    draft = api.post("price-lists/", {}, key="a").json()
    run = api.post("bulk/", {"action": "lift", "tenants": [tenant_a.public_id]}, key="b").json()
    shop = f"tenants/{tenant_a.public_id}/"

    for path in (f"{shop}market/", f"{shop}wallet/", f"{shop}wallet/movements/",
                 f"{shop}subscriptions/", f"price-lists/{draft['id']}/", f"bulk/{run['id']}/",
                 f"bulk/{run['id']}/items/"):  # fmt: skip
        assert api.get(path).status_code == 200, path
        assert stranger.get(path).status_code == 404, path
    for path in (f"{shop}quotes/", f"{shop}purchases/"):
        assert stranger.post(path, {"offer": "x", "token": "x"}, key=path).status_code == 404
    told = {"action": "lift", "tenants": [tenant_a.public_id]}
    assert stranger.post("bulk/", told, key="c").status_code == 404


def test_scopes_divide_looking_from_spending(partner: Channel, tenant_a: TenantRef) -> None:
    looks = Api(partner, "tenants.view", "billing.view")
    shop = f"tenants/{tenant_a.public_id}/"

    assert looks.get("wallet/").status_code == 200
    for path in ("top-ups/", "price-lists/", f"{shop}purchases/", "bulk/", "people/"):
        answer = looks.post(path, {}, key=path)
        assert answer.json()["code"] == "access.scope_missing", path
        assert answer["Content-Type"].startswith("application/problem+json")
    assert Api(partner, "tenants.view").get("wallet/").status_code == 403


def test_work_on_many_shops_is_begun_watched_stopped_and_opened_again(
    api: Api, tenant_a: TenantRef
) -> None:
    told = {"action": "hold", "tenants": [tenant_a.public_id], "level": 3, "reason": "unpaid"}

    vague = api.post("bulk/", {**told, "reason": ""}, key="a")
    ring = api.post("bulk/", {**told, "action": "ring"}, key="b")
    run = api.post("bulk/", told, key="c")
    again = api.post("bulk/", told, key="c")
    path = f"bulk/{run.json()['id']}/"
    stopped = api.post(f"{path}stop/", {}, key="d").json()
    items = api.get(f"{path}items/").json()["items"]
    over = api.post(f"{path}stop/", {}, key="e")
    retried = api.post(f"{path}retry/", {}, key="f").json()

    assert [vague.status_code, ring.status_code] == [422, 422]
    assert run.status_code == 202
    assert again.json()["id"] == run.json()["id"]
    assert len(api.get("bulk/").json()["items"]) == 1
    assert (stopped["state"], stopped["undone"]) == ("stopped", 1)
    assert [(each["tenant"], each["state"]) for each in items] == [(tenant_a.public_id, "left")]
    assert over.json()["code"] == "bulk.over"
    assert (retried["state"], retried["undone"]) == ("running", 0)


def test_lists_come_in_pages_that_stay_what_they_are(api: Api, partner: Channel) -> None:
    wallet = wallet_of(channel_id=partner.pk)
    for number in range(52):
        top_up(wallet, 100, source="bank", reference=f"r{partner.pk}{number}", actor=ACTOR)

    first = api.get("wallet/movements/").json()
    put(wallet, 100)
    second = api.get(f"wallet/movements/?cursor={first['next_cursor']}").json()

    assert [len(first["items"]), len(second["items"])] == [50, 2]
    assert [each["balance_after"] for each in second["items"]] == ["2.00", "1.00"]
    assert second["next_cursor"] is None
    assert api.get("wallet/movements/?cursor=x").status_code in {400, 404, 422}


def test_a_program_invites_colleagues_but_no_owner_and_changes_the_brand(
    api: Api, partner: Channel, tenant_a: TenantRef
) -> None:
    told = {"name": "Wu", "email": f"wu-{partner.slug}@example.com", "role": "partner-sales",
            "tenants": [tenant_a.public_id]}  # fmt: skip
    owner = api.post("people/", told | {"role": "owner"}, key="a")
    made = api.post("people/", told, key="b")
    again = api.post(f"people/{made.json()['id']}/invitation/", {}, key="c")
    script = api._client.patch(
        "/api/v1/channel/brand/", {"own": {"colour": "red;}<script>"}}, "application/json"
    )
    brand = api._client.patch(
        "/api/v1/channel/brand/", {"own": {"colour": "#112233"}}, "application/json"
    )

    assert owner.status_code == 403
    assert (made.status_code, made.json()["is_invited"]) == (201, True)
    assert made.json()["tenants"] == [tenant_a.public_id]
    assert again.status_code == 200
    with public_context():
        assert Staff.objects.filter(channel_id=partner.pk).count() == 1
    assert script.status_code == 422
    assert brand.json()["own"]["colour"] == "#112233"
    assert api.get("figures/").json()["overdue"] == 0
    assert api.get("figures/days/").json() == {"items": []}
    assert api.get("templates/").status_code == 200
    with public_context():
        assert not PartnerDelivery.objects.exists()
