"""Keeps freight templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue.models import Product
from kernel.common.money import DECIMALS
from kernel.common.outbox.publishing import publish
from kernel.shipping.checks import CODE, checked_rules
from kernel.shipping.choices import Measure
from kernel.shipping.errors import (
    InvalidTemplate,
    StaleTemplate,
    TemplateCodeTaken,
    TemplateInUse,
    UnknownTemplate,
)
from kernel.shipping.events import ShippingChanged
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.rules import Rule

_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class TemplateTerms:
    """A freight template, as it is set; see `FreightTemplate`."""

    name: str
    measure: str
    rules: Sequence[Rule]


@transaction.atomic
def create_template(
    code: str, terms: TemplateTerms, *, currency: str, actor: Actor
) -> FreightTemplate:
    """Make a freight template.

    Args:
        code: by which products name it; it stays.
        terms: everything else.
        currency: of its amounts; it stays.
        actor: who makes it.

    Raises:
        InvalidTemplate: a particular cannot be used.
        RegionsOverlap: a region stands in two lines.
        TemplateCodeTaken: another template has the code.
    """
    if not CODE.fullmatch(code):
        raise InvalidTemplate(_("Small letters, digits and hyphens are expected."), field="code")
    if currency not in DECIMALS:
        raise InvalidTemplate(field="currency")
    told = _checked(terms)
    try:
        with transaction.atomic():
            row = FreightTemplate.objects.create(code=code, currency=currency, **told)
    except IntegrityError as error:
        raise TemplateCodeTaken(taken=code) from error
    record(action="shipping.template_created", actor=actor, obj=row, after={"code": code, **told})
    _tell(row, "created")
    return row


@transaction.atomic
def change_template(
    template_id: UUID, terms: TemplateTerms, *, expected_version: int | None = None, actor: Actor
) -> FreightTemplate:
    """Change a freight template; saying what is so already changes nothing.

    Raises:
        UnknownTemplate: there is none.
        StaleTemplate: it is not at the expected version any more.
        InvalidTemplate, RegionsOverlap: as `create_template`.
    """
    row = FreightTemplate.objects.select_for_update().filter(pk=template_id).first()
    if row is None:
        raise UnknownTemplate
    if expected_version is not None and expected_version != row.version:
        raise StaleTemplate(version=row.version)
    told = _checked(terms)
    before = {name: getattr(row, name) for name in told if getattr(row, name) != told[name]}
    if not before:
        return row
    for name in before:
        setattr(row, name, told[name])
    row.version += 1
    row.save(update_fields=[*before, "version"])
    FreightTemplate.objects.filter(pk=row.pk).update(updated_at=Now())
    after = {name: told[name] for name in before}
    record(action="shipping.template_changed", actor=actor, obj=row, before=before, after=after)
    _tell(row, "changed")
    return row


@transaction.atomic
def delete_template(template_id: UUID, *, actor: Actor) -> None:
    """Delete a freight template that nothing uses.

    Raises:
        UnknownTemplate: there is none.
        TemplateInUse: products or ways to ship name it.
    """
    row = FreightTemplate.objects.select_for_update().filter(pk=template_id).first()
    if row is None:
        raise UnknownTemplate
    products = Product.objects.filter(freight_template=row.code).count()
    if products:
        text = ngettext(
            "%(count)s product uses this template.",
            "%(count)s products use this template.",
            products,
        )
        raise TemplateInUse(text % {"count": products}, products=products)
    if way := ShippingMethod.objects.filter(template=row).first():
        text = _("The way to ship “%(way)s” uses this template.") % {"way": way.code}
        raise TemplateInUse(text, method=way.code)
    before = {"code": row.code, "name": row.name}
    record(action="shipping.template_deleted", actor=actor, obj=row, before=before)
    _tell(row, "deleted")
    row.delete()


def _checked(terms: TemplateTerms) -> dict[str, Any]:
    name = terms.name.strip()
    if not 0 < len(name) <= _LONGEST_NAME or "\x00" in name:
        text = _("From 1 to %(most)s characters are expected.") % {"most": _LONGEST_NAME}
        raise InvalidTemplate(text, field="name")
    if terms.measure not in Measure.values:
        raise InvalidTemplate(_("Choose one of the values offered."), field="measure")
    rules = [rule.data() for rule in checked_rules(terms.rules)]
    return {"name": name, "measure": str(terms.measure), "rules": rules}


def _tell(row: FreightTemplate, change: str) -> None:
    fact = ShippingChanged(kind="template", code=row.code, change=change)
    publish(fact, aggregate=f"shipping:{row.code}")
