"""A shop in which there is one of everything that the APIs name."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from kernel.access.models import Role, RoleAssignment, Staff
from kernel.aftersales.choices import CaseKind
from kernel.aftersales.planning import Wish as CaseWish
from kernel.audit.actor import Actor
from kernel.cart.models import CartLine
from kernel.cart.services import CartOwner, Wish, add
from kernel.catalogue.models import Picture
from kernel.checkout.services import intent_for
from kernel.common.ids import public_id, uuid7
from kernel.common.time import utc_now
from kernel.dataio.resources import resources
from kernel.dataio.services import receive_file
from kernel.fulfilment.services import Parcel, fulfil
from kernel.inventory.services import send_transfer
from kernel.inventory.values import Want
from kernel.keys.services import KeyDraft, make_key
from kernel.members.models import Identity, Member, MemberSession
from kernel.members.services.addresses import Place, add_address
from kernel.members.services.favourites import add_favourite
from kernel.notifications.models import Message
from kernel.orders.models import OrderLine
from kernel.orders.services.edits import propose_change
from kernel.payments.gateways.contract import Payer
from kernel.payments.models import Attempt, PaymentBinding
from kernel.payments.services import bind, set_enabled, start_attempt
from kernel.payments.services.attempts import Start
from kernel.webhooks.services import EndpointDraft, make_endpoint, send_test
from testkit.factories.aftersales import make_case
from testkit.factories.catalogue import (
    make_category,
    make_collection,
    make_price_list,
)
from testkit.factories.inventory import places
from testkit.factories.orders import make_variant, orders_in, pay, place
from testkit.factories.shipping import make_way
from tests.contract.seeded_circle import circle_of
from tests.contract.seeded_rewards import rewards_of

ACTOR = Actor("staff", "stf_tests", "Tests")
NOW = utc_now()
CSV = "Handle,Title,Variant Price\nteapot,Teapot,12.00\n"


@dataclass(frozen=True)
class Seeded:
    """What there is.

    Attributes:
        paths: parameters of addresses, by the part before and their name.
        members: values for members of bodies and queries, by name.
    """

    paths: dict[str, str]
    members: dict[str, str]


def seeded(member: Member) -> Seeded:
    """Fill the current tenant's shop for a member who is signed in."""
    goods, orders, paid = _goods(), _orders(member), _payments(member)
    own = {**_belongings(member), **_outreach(member)}
    order, product = orders["orders/order"], goods["products/product"]
    circle = circle_of(member, order=order, product=product)
    return Seeded(
        paths={**goods, **orders, **paid, **own, **circle, **rewards_of(member)},
        members={
            "variant": goods["variant"],
            "variant_id": goods["variant"],
            "product": goods["products/product"],
            "product_id": goods["products/product"],
            "location": goods["locations/location"],
            "from_location": goods["locations/location"],
            "to_location": goods["other_location"],
            "line": orders["line"],
            "order": orders["orders/order"],
            "group": paid["group"],
            "binding": paid["bindings/binding"],
            "id": goods["variant"],
            "parent_id": goods["categories/category"],
            "into_id": goods["other_category"],
            "category": goods["categories/path"],
            "collection": goods["collections/handle"],
            "picture_ids": goods["pictures/picture"],
            "product_ids": goods["products/product"],
            "member": circle["members/member"],
            "members": circle["members/member"],
            "level": circle["levels/level"],
            "account": circle["accounts/account"],
            "asset": circle["rules/asset"],
            "withdrawals": circle["withdrawals/withdrawal"],
            "roles": circle["roles/role"],
            "orders": orders["orders/order"],
        },
    )


def _goods() -> dict[str, str]:
    variant, part = make_variant(), make_variant()
    product = variant.product
    here, there = places(2)
    category, other = make_category("Tea"), make_category("Pots")
    collection = make_collection("Spring")
    prices = make_price_list({variant.pk: "9.00"})
    # Its renditions are a worker's business.
    picture = Picture.objects.create(product=product, file="", source_url="https://example.com/a")
    sent = send_transfer([Want(part.pk, 2)], source_id=here, destination_id=there, actor=ACTOR)
    file = CSV.encode()
    source = receive_file(BytesIO(file), name="products.csv", size=len(file), actor=ACTOR)
    rows = {
        each.code: receive_file(
            BytesIO(file), name="rows.csv", size=len(file), actor=ACTOR, resource=each
        ).public_id
        for each in resources()
    }
    way = make_way(minor=800)
    assert way.template is not None
    return {
        "variant": public_id("var", variant.pk),
        "products/product": product.public_id,
        "products/handle": product.handle,
        "favourites/product": product.public_id,
        "categories/category": category.public_id,
        "categories/path": category.path,
        "other_category": other.public_id,
        "collections/collection": collection.public_id,
        "collections/handle": collection.handle,
        "price-lists/price_list": prices.public_id,
        "pictures/picture": picture.public_id,
        "locations/location": public_id("loc", here),
        "other_location": public_id("loc", there),
        "transfers/transfer": sent.public_id,
        "imports/source": source.public_id,
        **{f"{code}/source": key for code, key in rows.items()},
        "pages/template": "home",
        "variants/variant": public_id("var", variant.pk),
        "methods/method": way.public_id,
        "templates/template": way.template.public_id,
    }


def _orders(member: Member) -> dict[str, str]:
    group = place((make_variant().pk, 3), member_id=member.pk)
    pay(group)
    order = orders_in(group)[0]
    line = OrderLine.objects.get(order=order)
    parcel = fulfil(Parcel(order.pk, {line.pk: 1}), actor=ACTOR, now=NOW)
    case = make_case(order, CaseKind.RETURN_REFUND, CaseWish(line.pk, 1))
    changing = orders_in(place((make_variant().pk, 3), member_id=member.pk))[0]
    operation = {"op": "set_quantity", "line": str(OrderLine.objects.get(order=changing).pk)}
    change = propose_change(
        changing.pk, [{**operation, "quantity": 2}], reason="", actor=ACTOR, now=NOW
    )
    return {
        "orders/order": order.number,
        "after-sales/case": case.number,
        "line": line.public_id,
        "fulfilments/fulfilment": public_id("ful", parcel.pk),
        "changes/change": change.public_id,
    }


def _payments(member: Member) -> dict[str, str]:
    binding = _bound()
    group = place((make_variant().pk, 1), member_id=member.pk)
    intent = intent_for(group.pk, now=NOW)
    start = Start(
        binding_id=binding.pk, key="first", store_url="https://shop.example", payer=Payer(member.pk)
    )
    attempt = start_attempt(intent.pk, start, now=NOW)
    return {
        "group": group.public_id,
        "bindings/binding": binding.public_id,
        "payments/intent": intent.public_id,
        "intents/intent": intent.public_id,
        "attempts/attempt": _attempt_id(attempt),
        "reviews/attempt": _attempt_id(attempt),
    }


def _outreach(member: Member) -> dict[str, str]:
    """Make a key, a webhook with a delivery, and a message."""
    person = Staff.objects.create(email="maker@example.com", name="Maker")
    role = Role.objects.create(code="maker", name="Maker", permissions=["*"])
    RoleAssignment.objects.create(staff=person, role=role)
    key, _text = make_key(
        KeyDraft(name="ERP", scopes=["orders.view"]), by=person, actor=ACTOR, now=NOW
    )
    draft = EndpointDraft(name="ERP", url="https://93.184.215.14/", events=["*"])
    endpoint, _secret = make_endpoint(draft, actor=ACTOR, now=NOW)
    delivery = send_test(endpoint.pk, "order.paid", actor=ACTOR, now=NOW)
    message = Message.objects.create(
        key=uuid7(),
        kind="order.paid",
        channel="inbox",
        member=member,
        language="en",
        subject="Paid",
        body="Paid",
        state="failed",
        next_at=NOW,
    )
    return {
        "keys/key": key.public_id,
        "webhooks/endpoint": endpoint.public_id,
        "deliveries/delivery": delivery.public_id,
        "messages/message": message.public_id,
        "notifications/message": message.public_id,
        "kinds/kind": "order.paid",
        "{kind}/channel": "email",
        "{channel}/language": "en",
    }


def _bound() -> PaymentBinding:
    values = {"way": "transfer", "instructions": "Transfer it.", "account": "6222"}
    row = bind(
        gateway="offline",
        mode="direct",
        is_live=False,
        title="Transfer",
        values=values,
        actor=ACTOR,
        now=NOW,
    )
    return set_enabled(row.pk, enabled=True, actor=ACTOR)


def _attempt_id(attempt: Attempt) -> str:
    return public_id("pat", attempt.pk)


def _belongings(member: Member) -> dict[str, str]:
    variant = make_variant()
    add(CartOwner(member_id=member.pk), Wish(variant.pk, 2), now=NOW)
    line = CartLine.objects.get(variant=variant)
    kept = Place(name="王小梅", phone="13800138000", line="淮海中路 1 号", region_code="310104")
    address = add_address(member.pk, kept, is_default=True, now=NOW)
    add_favourite(member.pk, kind="product", object_id=variant.product_id, now=NOW)
    return {
        "lines/line": public_id("cln", line.pk),
        "addresses/address": address.public_id,
        "sessions/session": MemberSession.objects.filter(member=member)[0].public_id,
        "assets/asset": "cny",
        "identities/identity": Identity.objects.filter(member=member)[0].public_id,
    }
