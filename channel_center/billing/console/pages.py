"""The pages of prices in the menus of partners and the operator."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.menu import Entry
from kernel.tenancy.context import current_tenant_or_none

MANAGE: Final = "billing.manage"
VIEW_PAPERS: Final = "billing.view"
SELL_BELOW_COST: Final = "billing.below_cost"
_ENTRIES: Final = (
    Entry("/prices/", _("Prices"), "tag", MANAGE),
    Entry("/balances/", _("Balances"), "card", MANAGE),
    Entry("/papers/", _("Invoices"), "book", VIEW_PAPERS),
    Entry("/margins/", _("Margins"), "chart", VIEW_PAPERS),
)


def price_pages(_request: HttpRequest) -> tuple[Entry, ...]:
    """Return the pages; none inside a tenant."""
    return () if current_tenant_or_none() is not None else _ENTRIES
