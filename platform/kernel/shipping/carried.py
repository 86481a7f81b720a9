"""Freight templates and ways to ship, as templates of shops carry them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, ClassVar, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.rules import rule_of
from kernel.shipping.services.methods import (
    ShippingTerms,
    delete_shipping_method,
    set_shipping_method,
)
from kernel.shipping.services.templates import (
    TemplateTerms,
    change_template,
    create_template,
    delete_template,
)
from kernel.snapshots.contract import Content, Files, Piece
from kernel.snapshots.errors import UnreadableContent
from kernel.tenancy.context import current_tenant

_PLAIN: Final = (
    *("names", "method", "combining", "fee_minor", "insurance_minor", "position"),
    *("is_active", "countries"),
)


class FreightPart:
    """One piece a freight template, by its code."""

    code: ClassVar[str] = "shipping.templates"
    label: ClassVar[str | Promise] = _("Freight templates")

    def pieces(self, files: Files | None, keys: Collection[str] | None = None) -> Sequence[Piece]:
        """Return the freight templates."""
        rows = FreightTemplate.objects.order_by("code")
        if keys is not None:
            rows = rows.filter(code__in=keys)
        return [
            Piece(
                row.code,
                row.name,
                {
                    "name": row.name,
                    "measure": row.measure,
                    "rules": row.rules,
                    "currency": row.currency,
                },
            )
            for row in rows
        ]

    def put(self, key: str, content: Content, *, files: Files, actor: Actor) -> None:
        """Make the freight template so.

        Raises:
            UnreadableContent: its amounts are of another currency than the shop's.
            DomainError: shipping refuses it.
        """
        _check_currency(content)
        terms = TemplateTerms(
            content["name"], content["measure"], [rule_of(each) for each in content["rules"]]
        )
        row = FreightTemplate.objects.filter(code=key).first()
        if row is None:
            create_template(key, terms, currency=content["currency"], actor=actor)
        else:
            change_template(row.id, terms, actor=actor)

    def drop(self, key: str, *, actor: Actor) -> None:
        """Delete the freight template.

        Raises:
            DomainError: something is shipped by it.
        """
        row = FreightTemplate.objects.filter(code=key).first()
        if row is not None:
            delete_template(row.id, actor=actor)


class MethodsPart:
    """One piece a way to ship that hangs on no place and no carrier's account."""

    code: ClassVar[str] = "shipping.methods"
    label: ClassVar[str | Promise] = _("Ways to ship")

    def pieces(self, files: Files | None, keys: Collection[str] | None = None) -> Sequence[Piece]:
        """Return the ways to ship."""
        rows = ShippingMethod.objects.filter(location=None, carrier="", nearby={})
        if keys is not None:
            rows = rows.filter(code__in=keys)
        return [
            Piece(
                row.code,
                next(iter(row.names.values()), row.code),
                {
                    **{name: getattr(row, name) for name in _PLAIN},
                    "currency": row.currency,
                    "template": row.template.code if row.template else "",
                },
            )
            for row in rows.select_related("template").order_by("position", "code")
        ]

    def put(self, key: str, content: Content, *, files: Files, actor: Actor) -> None:
        """Make the way to ship so.

        Raises:
            UnreadableContent: it counts in another currency, or by a template that is missing.
            DomainError: shipping refuses it.
        """
        _check_currency(content)
        template = FreightTemplate.objects.filter(code=content["template"]).first()
        if content["template"] and template is None:
            raise UnreadableContent(_("Its freight template is missing."), template=key)
        told: dict[str, Any] = {name: content[name] for name in _PLAIN}
        terms = ShippingTerms(
            code=key,
            currency=content["currency"],
            template_id=template.id if template else None,
            carrier="",
            **told,
        )
        set_shipping_method(terms, actor=actor)

    def drop(self, key: str, *, actor: Actor) -> None:
        """Delete the way to ship."""
        row = ShippingMethod.objects.filter(code=key).first()
        if row is not None:
            delete_shipping_method(row.id, actor=actor)


def _check_currency(content: Content) -> None:
    currency = current_tenant().currency
    if content["currency"] != currency:
        raise UnreadableContent(
            _("Its amounts are in %(currency)s.") % {"currency": content["currency"]},
            currency=content["currency"],
        )
