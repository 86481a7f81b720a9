"""What freight says to buyers."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.common.money import Money
from kernel.shipping.counting import (
    NO_QUOTE,
    NOT_DELIVERED,
    OTHER_COUNTRY,
    TOO_LITTLE,
    Hindrance,
)
from kernel.shipping.places import region_name


def obstacle_text(hindrance: Hindrance, currency: str) -> str:
    """Say why something cannot be brought."""
    if hindrance.code == TOO_LITTLE:
        least = Money(hindrance.least_minor or 0, currency).decimal()
        return _("Goods for at least %(amount)s are needed to bring them this far.") % {
            "amount": f"{least} {currency}"
        }
    if hindrance.code in {NOT_DELIVERED, OTHER_COUNTRY}:
        region = region_name(hindrance.region) or _("this address")
        text = _("This is not delivered to %(region)s.") % {"region": region}
        reasons = hindrance.reasons
        reason = reasons.get(get_language() or "") or next(iter(reasons.values()), "")
        return f"{text} {reason}".strip()
    if hindrance.code == NO_QUOTE:
        return _("It is not known what this way costs at present. Please choose another one.")
    return _("This address is too far away for this way. Please choose another one.")
