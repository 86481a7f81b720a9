"""What is read of taxes."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import get_language, gettext

from kernel.taxes.book import EXEMPT, STANDARD
from kernel.taxes.models import Exemption, TaxClass, TaxRate, TaxZone


def tax_classes() -> list[TaxClass]:
    """Return the tax classes; the standard one is there without being kept."""
    rows = list(TaxClass.objects.order_by("position", "code"))
    if all(row.code != STANDARD for row in rows):
        rows.insert(0, TaxClass(code=STANDARD, names={get_language() or "": gettext("Standard")}))
    return rows


def class_choices(language: str) -> list[tuple[str, str]]:
    """Return codes and names of the classes, for forms; one that is never taxed is among them."""
    known = [(row.code, row.name_in(language)) for row in tax_classes()]
    return [*known, (EXEMPT, gettext("Never taxed"))]


def tax_zones() -> list[tuple[TaxZone, list[TaxRate]]]:
    """Return the zones with their rates; two queries."""
    rates: dict[UUID, list[TaxRate]] = defaultdict(list)
    for rate in TaxRate.objects.order_by("tax_class", "position"):
        rates[rate.zone_id].append(rate)
    return [(zone, rates[zone.pk]) for zone in TaxZone.objects.order_by("position", "id")]


def exemptions(*, state: str = "", text: str = "") -> QuerySet[Exemption]:
    """Return the exemptions that staff look for, the newest first."""
    found = Exemption.objects.select_related("member").order_by("-id")
    if state:
        found = found.filter(state=state)
    if text:
        asked = text.replace("\x00", "")
        found = found.filter(Q(number__istartswith=asked) | Q(name__icontains=asked))
    return found


def exemption_of(member_id: UUID) -> Exemption | None:
    """Return a member's latest exemption."""
    return Exemption.objects.filter(member_id=member_id).order_by("-id").first()
