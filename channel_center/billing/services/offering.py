"""Defines what is sold: products, editions, bundles and offers. The operator's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import Max

from channel_center.billing.choices import ProductKind, RefundPolicy, Term
from channel_center.billing.errors import InvalidPrice, NotSellable
from channel_center.billing.models import BundlePart, Edition, Offer, Product
from channel_center.billing.services.quoting import refuse_missing
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.tenancy.context import public_context


@public_context()
@transaction.atomic
def define_product(
    code: str,
    *,
    kind: str,
    names: Mapping[str, str],
    actor: Actor,
    feature: str = "",
    category: str = "",
    summaries: Mapping[str, str] | None = None,
    pictures: Sequence[str] = (),
    position: int = 0,
) -> Product:
    """Add a product, or change how it is called and shown.

    Raises:
        InvalidPrice: an unknown kind, or no code.
        FeatureMissing: the release carries no module of that code.
    """
    if kind not in ProductKind.values or not code.strip():
        raise InvalidPrice(field="kind")
    refuse_missing(feature)
    product, made = Product.objects.update_or_create(
        code=code,
        defaults={
            "names": dict(names),
            "category": category,
            "summaries": dict(summaries or {}),
            "pictures": list(pictures),
            "position": position,
        },
        create_defaults={
            "kind": kind,
            "feature": feature,
            "names": dict(names),
            "category": category,
            "summaries": dict(summaries or {}),
            "pictures": list(pictures),
            "position": position,
        },
    )
    if not made and (product.kind, product.feature) != (kind, feature):
        raise InvalidPrice(field="feature")
    record(
        action="billing.product_defined",
        actor=actor,
        obj=("product", product.public_id),
        after={"code": code, "kind": kind, "feature": feature},
    )
    return product


@public_context()
@transaction.atomic
def define_edition(
    product: Product,
    code: str,
    *,
    names: Mapping[str, str] | None = None,
    limits: Mapping[str, int] | None = None,
    rank: int | None = None,
    parts: Iterable[Edition] = (),
) -> Edition:
    """Add a step to a product's ladder, or change it; a bundle's has parts.

    Raises:
        InvalidPrice: a limit below zero.
        NotSellable: parts in what is no bundle, or a bundle in a bundle.
    """
    if any(value < 0 for value in (limits or {}).values()):
        raise InvalidPrice(field="limits")
    contained = list(parts)
    is_bundle = product.kind == ProductKind.BUNDLE
    if bool(contained) != is_bundle or any(
        each.product.kind == ProductKind.BUNDLE for each in contained
    ):
        raise NotSellable(reason="parts")
    if rank is None:
        last = Edition.objects.filter(product=product).exclude(code=code)
        rank = (last.aggregate(most=Max("rank"))["most"] or 0) + 1
    edition, _made = Edition.objects.update_or_create(
        product=product,
        code=code,
        defaults={"names": dict(names or {}), "limits": dict(limits or {}), "rank": rank},
    )
    BundlePart.objects.filter(bundle=edition).exclude(part__in=contained).delete()
    for part in contained:
        BundlePart.objects.get_or_create(bundle=edition, part=part)
    return edition


@public_context()
@transaction.atomic
def define_offer(
    edition: Edition,
    code: str,
    *,
    term: str,
    trial_days: int = 0,
    support_months: int = 0,
    refund_policy: str = RefundPolicy.PRO_RATA,
    refund_days: int = 0,
    meter: str = "",
) -> Offer:
    """Offer an edition for a time; the term of an offer that was sold stays.

    Raises:
        InvalidPrice: an unknown term or policy, or use without a meter.
    """
    if term not in Term.values or refund_policy not in RefundPolicy.values:
        raise InvalidPrice(field="term")
    if (term == Term.USAGE) != bool(meter):
        raise InvalidPrice(field="meter")
    told = {
        "trial_days": trial_days,
        "support_months": support_months,
        "refund_policy": refund_policy,
        "refund_days": refund_days,
        "meter": meter,
    }
    offer, made = Offer.objects.update_or_create(
        code=code,
        defaults=told,
        create_defaults={**told, "edition": edition, "term": term},
    )
    if not made and (offer.edition_id, offer.term) != (edition.pk, term):
        raise InvalidPrice(field="term")
    return offer
