"""Partners' webhooks: signed, in order for each shop, and tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import override_settings

from channel_center.billing.services.quoting import quote
from channel_center.billing.services.selling import buy
from channel_center.billing.services.wallets import set_limits
from channel_center.billing.tests.samples import make_market, make_offers, price
from channel_center.hosts import HOSTS
from channel_center.partners.models import PartnerDelivery
from channel_center.partners.services.endpoints import make_endpoint, replay
from channel_center.partners.services.expiring import tell_of_expiring
from channel_center.partners.services.sending import MOST_ATTEMPTS, send_due
from channel_center.partners.services.telling import tell
from channel_center.partners.tests.test_tree import ACTOR, make_partner
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, public_context
from tenants.choices import HoldKind, HoldLevel
from tenants.models import Grant
from tenants.services.states import place_hold, release_hold
from testkit.receiver import Received, Receiver
from testkit.sealing import root_key


@pytest.fixture
def receiver(db: None) -> Iterator[Receiver]:
    HOSTS.forget()
    with (
        root_key(),
        Receiver() as server,
        override_settings(STOA_WEBHOOK_INNER_HOSTS=[server.host]),
    ):
        yield server


def signature(secret: str, told: Received) -> str:
    """Return how what was told must be signed."""
    text = f"{told.headers['webhook-id']}.{told.headers['webhook-timestamp']}."
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = hmac.digest(key, text.encode() + told.body, hashlib.sha256)
    return f"v1,{base64.b64encode(made).decode()}"


def test_events_of_a_shop_come_signed_in_their_order_also_after_failures(
    receiver: Receiver,
) -> None:
    channel = make_partner()
    _row, secret = make_endpoint(
        channel.pk, name="Site", url=receiver.url, events=["*"], actor=ACTOR
    )
    for event in ("tenant.provisioned", "tenant.suspended"):
        tell(channel.pk, event, about="ten_x", data={"tenant": "ten_x"})
    now = utc_now()

    receiver.status = 500
    assert send_due(clock=lambda: now) == 1, "the second waits for the first"
    assert send_due(clock=lambda: now) == 0, "not before its time"
    receiver.status = 204
    receiver.received.clear()
    send_due(clock=lambda: now + timedelta(minutes=1))

    told = [json.loads(each.body)["type"] for each in receiver.received]
    assert told == ["tenant.provisioned", "tenant.suspended"]
    first = receiver.received[0]
    assert first.headers["webhook-signature"] == signature(secret, first)


def test_what_is_sold_spent_and_opened_reaches_the_partners_site_signed(
    receiver: Receiver, tenant_a: TenantRef
) -> None:
    market = make_market(tenant_a.id, 1)
    (channel_id,), (offer,) = market.channels, make_offers(["month"])
    price(market, [offer], [[400], [1_000]])
    market.fund(1_000)
    set_limits(market.wallet(0), credit_limit_minor=None, low_at_minor=700, actor=ACTOR)
    events = ["tenant.suspended", "tenant.resumed", "licence.expiring", "wallet.low"]
    _row, secret = make_endpoint(
        channel_id, name="Site", url=receiver.url, events=events, actor=ACTOR
    )

    buy(quote(tenant_a.id, offer.code).token, tenant_id=tenant_a.id, actor=ACTOR)
    with public_context():
        # A shop that has the right by a grant alone, to the end of the week.
        Grant.objects.create(
            tenant_id=tenant_a.id,
            feature="lamp",
            source_type="manual",
            source_id="tests",
            starts_at=utc_now(),
            ends_at=utc_now() + timedelta(days=6, hours=12),
        )
    tell_of_expiring(now=utc_now())
    hold = place_hold(
        tenant_a.id,
        kind=HoldKind.CHANNEL,
        level=HoldLevel.CLOSED,
        reason="unpaid",
        actor=ACTOR,
    )
    release_hold(hold.pk, actor=ACTOR)
    while send_due():
        pass

    told = {json.loads(each.body)["type"]: each for each in receiver.received}
    assert set(told) == set(events)
    low = json.loads(told["wallet.low"].body)["data"]
    assert low == {"left_minor": 600, "currency": "CNY", "reason": "low"}
    for each in told.values():
        assert each.headers["webhook-signature"] == signature(secret, each)


def test_what_was_given_up_is_sent_again_when_the_partner_asks(receiver: Receiver) -> None:
    channel = make_partner()
    make_endpoint(channel.pk, name="Site", url=receiver.url, events=["*"], actor=ACTOR)
    tell(channel.pk, "tenant.archived", about="ten_x", data={})
    receiver.status, now = 500, utc_now()
    for attempt in range(MOST_ATTEMPTS):
        at = now + timedelta(hours=7 * attempt)
        send_due(clock=lambda at=at: at)  # type: ignore[misc]
    with public_context():
        row = PartnerDelivery.objects.get()
    assert (row.state, row.attempts) == ("failed", MOST_ATTEMPTS)

    receiver.status = 200
    replay(channel.pk, row.id, actor=ACTOR)
    send_due()

    with public_context():
        assert PartnerDelivery.objects.get().state == "delivered"
    assert len({each.headers["webhook-id"] for each in receiver.received}) == 1
