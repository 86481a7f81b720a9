"""What roles can hold: every permission of the kernel, named for people.

A permission is ``resource.action``. Modules add their own by their manifests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ALL: Final = "*"
"""Stands for every permission, also those that come later; the owner's role has it."""


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that somebody may be allowed."""

    code: str
    label: Promise


@dataclass(frozen=True, slots=True)
class Section:
    """Permissions that belong together."""

    label: Promise
    permissions: tuple[Permission, ...]


CATALOGUE: Final = (
    Section(
        _("Orders"),
        (
            Permission("orders.view", _("See orders")),
            Permission("orders.manage", _("Change and cancel orders")),
            Permission("fulfilment.view", _("See shipments")),
            Permission("fulfilment.manage", _("Ship and hand over")),
            Permission("shipping.view", _("See ways to ship and freight templates")),
            Permission("shipping.manage", _("Change ways to ship and freight templates")),
            Permission("aftersales.view", _("See after-sales cases")),
            Permission("aftersales.manage", _("Decide after-sales cases, and give money back")),
            Permission("aftersales.arbitrate", _("Arbitrate in disputes with buyers")),
        ),
    ),
    Section(
        _("Products"),
        (
            Permission("products.view", _("See products")),
            Permission("products.manage", _("Change products")),
            Permission("products.import", _("Import products")),
            Permission("products.export", _("Export products")),
            Permission("media.view", _("See the media library")),
            Permission("media.manage", _("Add, change and delete files of the media library")),
            Permission("prices.view", _("See prices")),
            Permission("prices.manage", _("Change prices")),
            Permission("stock.view", _("See stock")),
            Permission("stock.manage", _("Change stock")),
        ),
    ),
    Section(
        _("Marketing"),
        (
            Permission("promotions.view", _("See promotions and coupons")),
            Permission("promotions.manage", _("Change promotions and coupons")),
            Permission("reviews.view", _("See reviews")),
            Permission("reviews.manage", _("Publish, hide and answer reviews")),
            Permission("forms.view", _("See forms and what was sent with them")),
            Permission("forms.manage", _("Make forms, and note and delete what was sent")),
            Permission("search.view", _("See what was searched for")),
            Permission("search.manage", _("Change synonyms and hot words")),
            Permission("coupons.give", _("Give coupons to members, and withdraw them")),
        ),
    ),
    Section(
        _("Figures"),
        (Permission("analytics.view", _("See the figures of the shop")),),
    ),
    Section(
        _("Members"),
        (
            Permission("members.view", _("See members")),
            Permission("members.manage", _("Disable members and export them")),
            Permission("members.import", _("Import members, and who invited them")),
            Permission("contacts.view", _("See telephone numbers and e-mail addresses in full")),
            Permission("members.entry", _("Decide how members join and sign in")),
            Permission("levels.view", _("See levels, tags and segments")),
            Permission("levels.manage", _("Change levels, tags and segments")),
        ),
    ),
    Section(
        _("Money"),
        (
            Permission("payments.view", _("See payments")),
            Permission("payments.manage", _("Bind payment accounts")),
            Permission("payments.review", _("Review payments made outside")),
            Permission("payments.refund", _("Pay back")),
            Permission("payments.reconcile", _("Compare with the gateways' books")),
            Permission("withdrawals.view", _("See withdrawals")),
            Permission("withdrawals.review", _("Approve and refuse withdrawals")),
            Permission("withdrawals.identify", _("Verify who members are")),
            Permission("withdrawals.pay", _("Pay withdrawals out, and see accounts for it")),
            Permission("withdrawals.manage", _("Decide what can be paid out and passed on")),
            Permission("rewards.view", _("See reward modes")),
            Permission("rewards.manage", _("Ask for reward modes and end them")),
            Permission("rewards.approve", _("Approve reward modes as the second person")),
            Permission("taxes.view", _("See taxes")),
            Permission("taxes.manage", _("Change taxes")),
            Permission("documents.view", _("See documents and requests for invoices")),
            Permission("documents.manage", _("Issue documents and invoices")),
            Permission("ledger.view", _("See the ledger")),
            Permission("ledger.assets", _("Decide what balances members can have")),
            Permission("ledger.adjust", _("Change what members have, by hand")),
        ),
    ),
    Section(
        _("The shop"),
        (
            Permission("modules.manage", _("Switch functions on and off")),
            Permission("plan.view", _("See what the shop uses, has bought and paid")),
            Permission("plan.manage", _("Buy, renew and cancel functions")),
            Permission("brand.manage", _("Change the look")),
            Permission("design.edit", _("Design pages")),
            Permission("design.publish", _("Publish pages")),
            Permission("domains.manage", _("Change host names")),
            Permission("provider.manage", _("See the provider, and take archives of the shop")),
            Permission("staff.view", _("See the staff")),
            Permission("staff.manage", _("Manage staff and roles")),
            Permission("audit.view", _("See what was done")),
            Permission("keys.view", _("See API keys")),
            Permission("keys.manage", _("Make and revoke API keys")),
            Permission("webhooks.view", _("See webhooks and their deliveries")),
            Permission("webhooks.manage", _("Change webhooks and replay deliveries")),
            Permission("notifications.view", _("See templates of messages and what was sent")),
            Permission("notifications.manage", _("Change messages and when they are sent")),
            Permission("languages.view", _("See languages, currencies and translations")),
            Permission("languages.manage", _("Change languages, currencies and rates")),
            Permission("languages.translate", _("Translate texts of the shop")),
            Permission("exports.manage", _("Decide where files of lists are sent")),
            Permission("fields.manage", _("Make up fields of products, members and orders")),
            Permission("jobs.view", _("See what runs in the background")),
            Permission("jobs.manage", _("Run jobs now, and try again what failed")),
        ),
    ),
)


def known_permissions() -> Iterator[Permission]:
    """Yield every permission of the kernel, in the order in which people read them."""
    for section in CATALOGUE:
        yield from section.permissions
