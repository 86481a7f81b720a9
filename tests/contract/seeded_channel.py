"""A partner with a shop in which there is one of everything that the channel API names."""

from __future__ import annotations

from typing import Any

from channel_center.billing.tests.samples import ACTOR, Market, make_offers, price
from channel_center.models import Channel
from channel_center.moves.tests.scene import make_partner as make_other
from channel_center.partners.choices import SCOPES
from channel_center.partners.services.telling import tell
from channel_center.partners.tests.test_console_and_api import Api
from channel_center.partners.tests.test_tree import make_partner
from channel_center.topups.services.receiving import set_receiver
from kernel.tenancy.context import TenantRef, public_context
from tenants.models import Domain, Tenant
from tests.contract.seeded_shop import Seeded


def seeded_partner(tenant: TenantRef) -> tuple[Channel, Api, Seeded]:
    """Give a tenant to a partner, and sell to it; return the partner and his program."""
    partner = make_partner(below=1)
    with public_context():
        Tenant.objects.filter(pk=tenant.id).update(channel_id=partner.pk)
    api = Api(partner, *SCOPES)
    (offer,) = make_offers(["month"], trial_days=7)
    market = Market(tenant.id, (partner.pk,))
    price(market, [offer], [[300], [1_000]])
    market.fund(50_000)
    set_receiver(None, bank="Bank of Tea 1", least_minor=100, actor=ACTOR)
    set_receiver(partner.pk, bank="Bank of Tea 2", least_minor=100, actor=ACTOR)
    paths = {
        **_sold(api, tenant, offer.code),
        **_paid(api, tenant),
        **_worked_on(api, partner, tenant),
        **_belonging(partner),
    }
    return partner, api, Seeded(paths, _members(paths))


def _sold(api: Api, tenant: TenantRef, offer: str) -> dict[str, str]:
    shop = f"tenants/{tenant.public_id}/"
    token = _told(api.post(f"{shop}quotes/", {"offer": offer}, key="quote"))["token"]
    sale = _told(api.post(f"{shop}purchases/", {"token": token}, key="buy"))
    token = _told(api.post(f"{shop}quotes/", {"offer": offer, "quantity": 2}, key="again"))["token"]
    draft = _told(api.post("price-lists/", {"audience": "shop"}, key="draft"))
    return {
        "offer": offer,
        "token": token,
        "subscriptions/subscription": sale["subscription"]["id"],
        "price-lists/price_list": draft["id"],
        "lines/offer": offer,
        "invoices/invoice": _told(api.get("invoices/"))["items"][0]["id"],
    }


def _paid(api: Api, tenant: TenantRef) -> dict[str, str]:
    told = {"amount": "10.00", "method": "bank", "reference": "T-1"}
    own = _told(api.post("top-ups/", told, key="own"))
    theirs = _told(api.post(f"tenants/{tenant.public_id}/top-ups/", told, key="theirs"))
    return {"top-ups/top_up": own["id"], "received/top_up": theirs["id"]}


def _worked_on(api: Api, partner: Channel, tenant: TenantRef) -> dict[str, str]:
    shop = f"tenants/{tenant.public_id}/"
    held = {"action": "hold", "tenants": [tenant.public_id], "level": 1, "reason": "unpaid"}
    run = _told(api.post("bulk/", held, key="run"))
    hold = _told(api.post(f"{shop}holds/", {"level": 1, "reason": "unpaid"}, key="hold"))
    host = f"tea-{partner.slug}.shop-owner.com"
    _told(api.post(f"{shop}domains/", {"host": host, "kind": "store"}, key="domain"))
    eta = make_other("Eta")
    move = _told(
        api.post(f"{shop}moves/", {"address": eta.host, "reason": "He asked for it"}, key="move")
    )
    with public_context():
        assert Domain.objects.filter(domain=host).exists()
    return {
        "tenants/tenant": tenant.public_id,
        "bulk/run": run["id"],
        "holds/hold": hold["id"],
        "domains/host": host,
        "moves/move": move["id"],
        "modules/code": "check_in",
    }


def _belonging(partner: Channel) -> dict[str, str]:
    hook = {"name": "Site", "url": "https://93.184.216.34/hook", "events": ["tenant.provisioned"]}
    api = Api(partner, *SCOPES)
    webhook = _told(api.post("webhooks/", hook, key="hook"))
    with public_context():
        tell(partner.pk, "tenant.provisioned", about="ten_1", data={})
    delivery = api.get("deliveries/").json()["items"][0]
    person = {"name": "Wu", "email": f"wu-{partner.slug}@example.com", "role": "partner-sales"}
    invited = _told(api.post("people/", person, key="person"))
    return {
        "webhooks/webhook": webhook["id"],
        "deliveries/delivery": delivery["id"],
        "people/person": invited["id"],
    }


def _members(paths: dict[str, str]) -> dict[str, str]:
    """Return what bodies call what there is."""
    return {
        "tenants": paths["tenants/tenant"],
        "offer": paths["offer"],
        "token": paths["token"],
        "like": paths["price-lists/price_list"],
        "module": "check_in",
    }


def _told(answer: Any) -> dict[str, Any]:
    assert answer.status_code < 300, answer.content
    found: dict[str, Any] = answer.json()
    return found
