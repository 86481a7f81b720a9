"""The market's pages in the menu."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.menu import Entry
from kernel.tenancy.context import current_tenant_or_none

VIEW: Final = "plan.view"
MANAGE: Final = "plan.manage"

_ENTRIES: Final = (
    Entry("/market/", _("Market"), "bag", VIEW),
    Entry("/balance/", _("Balance"), "card", VIEW),
)


def market_pages(_request: HttpRequest) -> tuple[Entry, ...]:
    """Return the pages; none outside a tenant."""
    return _ENTRIES if current_tenant_or_none() is not None else ()
