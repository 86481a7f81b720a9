"""The pages of a shop in the console's menu."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.menu import Entry
from kernel.tenancy.context import current_tenant_or_none

SHOP: Final = _("Shop")
GOODS: Final = _("Goods")
MONEY: Final = _("Money")
SETTINGS: Final = _("Settings")
MARKETING: Final = _("Marketing")

_ENTRIES: Final = (
    Entry("/figures/", _("Figures"), "chart", "analytics.view", SHOP),
    Entry("/exports/", _("Exports"), "stack", "", SHOP),
    Entry("/orders/", _("Orders"), "bag", "orders.view", SHOP),
    Entry("/orders/ship/", _("Batch shipping"), "truck", "fulfilment.manage", SHOP),
    Entry("/orders/pickup/", _("Pickup"), "check", "fulfilment.manage", SHOP),
    Entry("/orders/reviews/", _("Payments to review"), "check", "payments.review", SHOP),
    Entry("/after-sales/", _("After-sales"), "back", "aftersales.view", SHOP),
    Entry("/members/", _("Members"), "people", "members.view", SHOP),
    Entry("/levels/", _("Levels"), "star", "levels.view", MARKETING),
    Entry("/segments/", _("Segments and tags"), "people", "levels.view", MARKETING),
    Entry("/entry/", _("Joining and signing in"), "people", "members.entry", SETTINGS),
    Entry("/staff/security/", _("Security of the staff"), "key", "staff.manage", SETTINGS),
    Entry("/taxes/", _("Taxes"), "percent", "taxes.view", SETTINGS),
    Entry("/orders/policy/", _("Handling of orders"), "bag", "orders.manage", SETTINGS),
    Entry("/notifications/", _("Messages"), "bell", "notifications.view", SETTINGS),
    Entry("/keys/", _("API keys"), "key", "keys.view", SETTINGS),
    Entry("/webhooks/", _("Webhooks"), "extension", "webhooks.view", SETTINGS),
    Entry("/shipping/", _("Shipping and freight"), "truck", "shipping.view", SETTINGS),
    Entry("/usage/", _("Use and limits"), "chart", "plan.view", SETTINGS),
    Entry("/settings/", _("All settings"), "functions", "modules.manage", SETTINGS),
    Entry("/languages/", _("Languages and currencies"), "globe", "languages.view", SETTINGS),
    Entry("/fields/", _("Own fields"), "tag", "fields.manage", SETTINGS),
    Entry("/jobs/", _("Background jobs"), "system", "jobs.view", SETTINGS),
    Entry("/products/", _("Products"), "tag", "products.view", GOODS),
    Entry("/categories/", _("Categories"), "tree", "products.view", GOODS),
    Entry("/collections/", _("Collections"), "stack", "products.view", GOODS),
    Entry("/library/", _("Media library"), "brush", "media.view", GOODS),
    Entry("/prices/", _("Price lists"), "percent", "prices.view", GOODS),
    Entry("/stock/", _("Stock"), "boxes", "stock.view", GOODS),
    Entry("/promotions/", _("Promotions"), "gift", "promotions.view", MARKETING),
    Entry("/coupons/", _("Coupons"), "tag", "promotions.view", MARKETING),
    Entry("/rewards/", _("Reward modes"), "tree", "rewards.view", MARKETING),
    Entry("/searching/", _("Search"), "open", "search.view", MARKETING),
    Entry("/reviews/", _("Reviews"), "star", "reviews.view", MARKETING),
    Entry("/forms/", _("Forms"), "open", "forms.view", MARKETING),
    Entry("/imports/", _("Import"), "import", "products.import", GOODS),
    Entry("/documents/", _("Documents"), "stack", "documents.view", MONEY),
    Entry("/documents/requests/", _("Requests for invoices"), "check", "documents.view", MONEY),
    Entry("/payments/received/", _("Payments"), "stack", "payments.view", MONEY),
    Entry("/payments/refunds/", _("Refunds"), "back", "payments.view", MONEY),
    Entry("/payments/splits/", _("Shares of payments"), "people", "payments.view", MONEY),
    Entry("/payments/", _("Payment accounts"), "card", "payments.manage", MONEY),
    Entry("/withdrawals/", _("Withdrawals"), "back", "withdrawals.view", MONEY),
    Entry("/ledger/", _("Ledger"), "book", "ledger.view", MONEY),
    Entry("/ledger/differences/", _("Reconciliation"), "alert", "payments.reconcile", MONEY),
)


def shop_pages(_request: HttpRequest) -> tuple[Entry, ...]:
    """Return the pages; none outside a tenant."""
    return _ENTRIES if current_tenant_or_none() is not None else ()
