"""What the market says, in the words of its readers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from channel_center.billing.choices import CATEGORIES
from kernel.modules.manifest import Manifest

STATES: Final[Mapping[str, str | Promise]] = {
    "topped_up": _lazy("Topped up"),
    "gift": _lazy("Credit given"),
    "refund": _lazy("Given back"),
    "trial": _lazy("Trial"),
    "purchase": _lazy("Purchase"),
    "renewal": _lazy("Renewal"),
    "upgrade": _lazy("Upgrade"),
    "downgrade": _lazy("Smaller edition"),
    "usage": _lazy("By use"),
    "move": _lazy("Taken over"),
}


def category_name(code: str) -> str:
    """Return the name of a category."""
    return str(CATEGORIES.get(code, CATEGORIES["other"]))


def changes_of(manifest: Manifest) -> list[str]:
    """Say what switching a function on changes."""
    language = get_language()
    pages = ", ".join(page.label.in_language(language) for page in manifest.pages)
    parts = [_("The console gets new pages: %(pages)s.") % {"pages": pages}] if pages else []
    if manifest.blocks:
        parts.append(_("The page editor gets new blocks."))
    if manifest.price_steps or manifest.guards or manifest.holds:
        parts.append(_("It takes part in what buyers pay at the checkout."))
    if manifest.schedules:
        parts.append(_("Something of it runs by itself, by the shop's clock."))
    if manifest.assets:
        names = ", ".join(asset.label.in_language(language) for asset in manifest.assets)
        parts.append(_("Members can have new balances: %(names)s.") % {"names": names})
    if manifest.permissions:
        parts.append(_("Roles of the staff can be given its permissions."))
    parts.append(_("Nothing that is there is changed, and switching it off keeps its data."))
    return parts
