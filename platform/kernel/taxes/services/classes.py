"""Keeps the tax classes."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue.models import Product
from kernel.taxes.book import EXEMPT, STANDARD
from kernel.taxes.errors import InvalidTax, TaxClassInUse, UnknownTaxClass
from kernel.taxes.models import TaxClass, TaxRate
from kernel.taxes.services.checks import checked_code, checked_names
from kernel.taxes.services.policy import tell


@transaction.atomic
def save_class(code: str, names: Mapping[str, str], *, position: int = 0, actor: Actor) -> TaxClass:
    """Add a tax class, or change the one with this code.

    Raises:
        InvalidTax: the code or the names cannot be kept.
    """
    if code == EXEMPT:
        raise InvalidTax(_("Goods of this class are never taxed; it needs no entry."), field="code")
    kept = {"names": checked_names(names), "position": max(0, min(position, 1000))}
    before = TaxClass.objects.filter(code=checked_code(code)).values(*kept).first()
    row, _made = TaxClass.objects.update_or_create(code=code, defaults=kept)
    record(action="taxes.class_saved", actor=actor, obj=row, before=before, after=kept)
    tell("class")
    return row


@transaction.atomic
def delete_class(code: str, *, actor: Actor) -> None:
    """Delete a tax class that nothing belongs to.

    Raises:
        UnknownTaxClass: there is none.
        TaxClassInUse: goods or rates belong to it; the standard class always stays.
    """
    row = TaxClass.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise UnknownTaxClass
    is_used = (
        code == STANDARD
        or TaxRate.objects.filter(tax_class=code).exists()
        or Product.objects.filter(tax_class=code).exists()
    )
    if is_used:
        raise TaxClassInUse
    record(action="taxes.class_deleted", actor=actor, obj=row, before={"code": code})
    row.delete()
    tell("class")
