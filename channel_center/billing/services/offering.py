"""Defines what is sold: products, editions, bundles and offers. The operator's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import Max

from channel_center.billing.choices import (
    FOR_GOOD,
    RECURRING,
    ProductKind,
    RefundPolicy,
    Term,
)
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
    supports: Product | None = None,
) -> Product:
    """Add a product, or change how it is called and shown.

    Raises:
        InvalidPrice: an unknown kind, no code, or support that is no service.
        FeatureMissing: the release carries no module of that code.
    """
    if kind not in ProductKind.values or not code.strip():
        raise InvalidPrice(field="kind")
    if supports is not None and (kind != ProductKind.SERVICE or supports.supports_id):
        raise InvalidPrice(field="supports")
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
            "supports": supports,
            "names": dict(names),
            "category": category,
            "summaries": dict(summaries or {}),
            "pictures": list(pictures),
            "position": position,
        },
    )
    told = (kind, feature, supports.pk if supports else None)
    if not made and (product.kind, product.feature, product.supports_id) != told:
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
        InvalidPrice: an unknown term or policy, use without a meter, support that is
            included in what is paid by the period anyway, or is bought for good.
    """
    if term not in Term.values or refund_policy not in RefundPolicy.values:
        raise InvalidPrice(field="term")
    if edition.product.supports_id is not None and term not in RECURRING:
        raise InvalidPrice(field="term")
    if support_months and term not in FOR_GOOD:
        raise InvalidPrice(field="support_months")
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


@public_context()
@transaction.atomic
def show_product(
    product: Product,
    *,
    names: Mapping[str, str],
    summaries: Mapping[str, str],
    category: str,
    pictures: Sequence[str],
    position: int,
    actor: Actor,
) -> Product:
    """Change how a product is called and shown; what it gives and costs stays."""
    product.names, product.summaries = dict(names), dict(summaries)
    product.category, product.position = category[:40], position
    product.pictures = list(pictures)
    product.save(update_fields=["names", "summaries", "category", "position", "pictures"])
    record(
        action="billing.product_shown",
        actor=actor,
        obj=("product", product.public_id),
        after={"code": product.code, "pictures": len(product.pictures)},
    )
    return product


@public_context()
@transaction.atomic
def sell(product: Product, *, is_sold: bool, actor: Actor, offer: Offer | None = None) -> None:
    """Take a product, or one of its offers, off sale, or put it there again.

    Who has it keeps it, and renews it at the prices that count then.
    """
    if offer is not None:
        Offer.objects.filter(pk=offer.pk).update(is_active=is_sold)
    else:
        Product.objects.filter(pk=product.pk).update(is_active=is_sold)
    record(
        action="billing.sale_resumed" if is_sold else "billing.sale_stopped",
        actor=actor,
        obj=("product", product.public_id),
        after={"code": product.code, "offer": offer.code if offer is not None else ""},
    )
