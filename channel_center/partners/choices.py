"""States of what partners work with."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class ApplicationState(models.TextChoices):
    """Where the wish for a sub-partner stands."""

    WAITING = "waiting", _("Waits for approval")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class PartnerHoldKind(models.TextChoices):
    """Why a partner is held back."""

    BILLING = "billing", _("Billing")
    COMPLIANCE = "compliance", _("Compliance")
    MANUAL = "manual", _("Manual")


class PartnerHoldLevel(models.IntegerChoices):
    """How far a partner is held back; its shops go on at every level."""

    WARNED = 1, _("Warned")
    NO_OPENING = 2, _("Opens no shops and no sub-partners")
    CLOSED = 3, _("Console and API closed")


class PartnerRole(models.TextChoices):
    """What a person of a partner may do."""

    OWNER = "owner", _("Owner: everything")
    MANAGER = "partner-manager", _("Manager: shops, sub-partners and programs")
    SALES = "partner-sales", _("Sales: opens and holds back shops")
    SUPPORT = "partner-support", _("Support: looks at shops")


ROLE_PERMISSIONS: Final[dict[str, tuple[str, ...]]] = {
    PartnerRole.MANAGER: (
        "tenants.view",
        "tenants.manage",
        "channels.view",
        "channels.manage",
        "programs.manage",
        "staff.view",
        "billing.view",
    ),
    PartnerRole.SALES: ("tenants.view", "tenants.manage"),
    PartnerRole.SUPPORT: ("tenants.view",),
}
SCOPES: Final = (
    "tenants.view",
    "tenants.manage",
    "channels.view",
    "channels.manage",
    "billing.view",
    "billing.manage",
    "brand.manage",
    "staff.view",
    "staff.manage",
    "webhooks.manage",
)
"""What a partner's key can be given."""


class PartnerDeliveryState(models.TextChoices):
    """Where a delivery stands."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Given up")


PARTNER_EVENTS: Final = (
    "tenant.requested",
    "tenant.provisioned",
    "tenant.suspended",
    "tenant.resumed",
    "tenant.archived",
    "tenant.purged",
    "tenant.move_asked",
    "tenant.moved_in",
    "tenant.moved_away",
    "partner.approved",
    "partner.refused",
    "partner.held",
    "partner.released",
    "licence.bought",
    "licence.renewed",
    "licence.expiring",
    "licence.overdue",
    "licence.restricted",
    "licence.ended",
    "wallet.topped_up",
    "wallet.low",
    "invoice.written",
)
"""What a partner's programs can be told of."""
