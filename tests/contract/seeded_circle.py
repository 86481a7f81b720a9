"""The people of a shop, what they earn and are told, and its papers: one of each."""

from __future__ import annotations

from datetime import date
from secrets import token_hex

from kernel.access.models import Role, Staff
from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.documents.choices import PrintKind, RequestKind
from kernel.documents.services import (
    Wanted,
    ask_for_invoice,
    ask_to_print,
    issue_invoice,
)
from kernel.fields.choices import Subject
from kernel.fields.services import add_field
from kernel.members.choices import InvoiceKind
from kernel.members.models import Member
from kernel.members.services.invoices import Invoicee, save_invoice_profile
from kernel.members.services.staff import tag_members
from kernel.orders.models import Order
from kernel.promotions.services import ask_for_codes
from kernel.search.services import add_synonyms
from kernel.taxes.choices import ExemptionState
from kernel.taxes.services import ask, decide, save_class
from kernel.wallet.services import approve, make_batch
from testkit.factories.levels import make_level, make_segment
from testkit.factories.orders import make_member, make_variant, orders_in, pay, place
from testkit.factories.promotions import give_coupon, make_promotion, make_template
from testkit.factories.reviews import make_review
from testkit.factories.taxes import legal_entity, tax_zone, taxed
from testkit.factories.wallet import COMMISSION, let_withdraw, make_account, make_withdrawal

ACTOR = Actor("staff", "stf_tests", "Tests")
NOW = utc_now()


def circle_of(member: Member, *, order: str, product: str) -> dict[str, str]:
    """Make one of everything for a member; return parameters of addresses."""
    maker = Staff.objects.get(name="Maker")
    role = Role.objects.get(code="maker")
    own = [add_field(subject, "grade", kind="text", told={"name": "Grade"}, actor=ACTOR)
           for subject in (Subject.MEMBER, Subject.ORDER, Subject.PRODUCT)]  # fmt: skip
    return {
        **_standing(member),
        **_offers(member),
        **_money(member),
        **_papers(member),
        "members/member": member.public_id,
        "reviews/review": make_review(member=make_member()).public_id,
        "synonyms/synonym": add_synonyms(["tea", "cha"], actor=ACTOR, now=NOW).public_id,
        "roles/role": role.public_id,
        "staff/person": maker.public_id,
        "members/thing": member.public_id,
        "orders/thing": Order.objects.get(number=order).public_id,
        "products/thing": product,
        "fields/field": own[0].public_id,
        "providers/provider": "phone",
    }


def _standing(member: Member) -> dict[str, str]:
    level = make_level("gold", 1, ("growth", 100))
    segment = make_segment(code="friends")
    tag_members([member.pk], add=["tea lover"], actor=ACTOR, now=NOW)
    return {
        "levels/level": level.public_id,
        "segments/segment": segment.public_id,
        "tags/tag": "tea lover",
    }


def _offers(member: Member) -> dict[str, str]:
    template = make_template()
    batch = ask_for_codes(template.pk, name="Leaflet", size=5, actor=ACTOR, now=NOW)
    return {
        "promotions/promotion": make_promotion().public_id,
        "coupon-templates/template": template.public_id,
        "offered/template": make_template().public_id,
        "coupon-batches/batch": batch.public_id,
        "coupons/coupon": give_coupon(template, member.pk).public_id,
    }


def _money(member: Member) -> dict[str, str]:
    let_withdraw()
    asked, paid = make_withdrawal(member=member), make_withdrawal(member=member)
    approve(paid.pk, actor=ACTOR, now=NOW)
    batch = make_batch([paid.pk], actor=ACTOR, now=NOW)
    return {
        "withdrawals/withdrawal": asked.public_id,
        "accounts/account": make_account(member).public_id,
        "batches/batch": batch.public_id,
        "rules/asset": COMMISSION,
    }


def _papers(member: Member) -> dict[str, str]:
    taxed()
    zone = tax_zone({"standard": [("VAT", 130_000)]})
    entity = legal_entity(takes_requests=True)
    save_class("books", {"en": "Books"}, actor=ACTOR)
    free = ask(member.pk, name="Tea Ltd", number="DE123456789", country="DE", now=NOW)
    decide(free.pk, ExemptionState.GRANTED, valid_until=date(2099, 1, 1), actor=ACTOR, now=NOW)
    first, second = _paid(member), _paid(member)
    wanted = Wanted(RequestKind.PERSON, "Lan")
    asked = ask_for_invoice(first.pk, wanted, member_id=member.pk, now=NOW)
    document = issue_invoice(second.pk, actor=ACTOR, now=NOW)
    run = ask_to_print(PrintKind.PACKING_LIST, [second.pk], language="en", actor=ACTOR, now=NOW)
    profile = save_invoice_profile(
        member.pk, Invoicee(kind=InvoiceKind.PERSON, title=f"Lan {token_hex(2)}"), now=NOW
    )
    return {
        "zones/zone": zone.public_id,
        "classes/code": "books",
        "legal-entities/entity": entity.public_id,
        "exemptions/exemption": free.public_id,
        "invoices/asked": asked.public_id,
        "invoice-requests/asked": asked.public_id,
        "documents/document": document.public_id,
        "prints/run": run.public_id,
        "invoice-profiles/profile": profile.public_id,
    }


def _paid(member: Member) -> Order:
    group = place((make_variant().pk, 1), member_id=member.pk)
    pay(group)
    return orders_in(group)[0]
