"""Ways to ship, and freight templates."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.audit.actor import Actor
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.places import EVERYWHERE
from kernel.shipping.rules import Free, Rule
from kernel.shipping.services import (
    ShippingTerms,
    TemplateTerms,
    create_template,
    set_shipping_method,
)

TESTER = Actor.system("tests")


def make_template(
    code: str, rules: Sequence[Rule], *, measure: str = "piece", currency: str = "CNY"
) -> FreightTemplate:
    """Make a freight template."""
    terms = TemplateTerms(code.title(), measure, rules)
    return create_template(code, terms, currency=currency, actor=TESTER)


def make_way(
    code: str = "post",
    *,
    method: str = "express",
    names: dict[str, str] | None = None,
    currency: str = "CNY",
    minor: int = 0,
    piece_minor: int = 0,
    free_from_minor: int | None = None,
    template: FreightTemplate | None = None,
    fee_minor: int = 0,
    position: int = 0,
) -> ShippingMethod:
    """Offer a way to ship; with an amount, everywhere for it and so much for each further piece."""
    if template is None and minor:
        everywhere = Rule(
            regions=(EVERYWHERE,),
            first_minor=minor,
            more=1 if piece_minor else 0,
            more_minor=piece_minor,
            free=Free(amount_minor=free_from_minor),
        )
        template = make_template(f"{code}-rates", [everywhere], currency=currency)
    terms = ShippingTerms(
        code=code,
        names=names or {"zh-hans": "邮寄", "en": "Post"},
        method=method,
        currency=currency,
        template_id=template.pk if template else None,
        fee_minor=fee_minor,
        position=position,
    )
    return set_shipping_method(terms, actor=TESTER)
