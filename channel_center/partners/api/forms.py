"""What the channel API takes and shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from channel_center.partners.choices import PARTNER_EVENTS
from channel_center.partners.models import Application, PartnerDelivery, PartnerEndpoint, Terms
from channel_center.partners.selectors import ListedPartner
from kernel.common.money import Money
from tenants.choices import DomainKind, HoldLevel, TenantState
from tenants.models import Domain, Hold, Tenant


class OwnerTold(serializers.Serializer[Any]):
    """The first person of a tenant's staff."""

    name = serializers.CharField(max_length=80)
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(
        max_length=200,
        required=False,
        trim_whitespace=False,
        help_text="Left out, one is made and answered once. The owner must change it.",
    )


class TenantTold(serializers.Serializer[Any]):
    """What a new tenant shall be."""

    name = serializers.CharField(max_length=120)
    subdomain = serializers.RegexField(
        r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$",
        max_length=40,
        help_text="Begins the host names of the storefront and of the console.",
    )
    owner = OwnerTold()
    legal_entity = serializers.CharField(max_length=200, default="", allow_blank=True)
    locale = serializers.ChoiceField(
        choices=[code for code, _name in settings.LANGUAGES], default="zh-hans"
    )
    currency = serializers.CharField(max_length=3, default="CNY")
    time_zone = serializers.CharField(max_length=64, default="Asia/Shanghai")
    colour = serializers.RegexField(r"^#[0-9a-fA-F]{6}$", default="#1f6f5c")
    template = serializers.CharField(
        max_length=40,
        default="",
        allow_blank=True,
        help_text="Of `templates/`: what the tenant begins with.",
    )


class HoldTold(serializers.Serializer[Any]):
    """Why and how far a tenant is held back."""

    level = serializers.ChoiceField(
        choices=[HoldLevel.WARNED.value, HoldLevel.READ_ONLY.value, HoldLevel.CLOSED.value]
    )
    reason = serializers.CharField(max_length=300)


class HoldShown(serializers.Serializer[Any]):
    """A hold on a tenant."""

    id = serializers.CharField()
    kind = serializers.CharField()
    level = serializers.IntegerField()
    reason = serializers.CharField()
    placed_at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)


class DomainShown(serializers.Serializer[Any]):
    """A host name of a tenant."""

    host = serializers.CharField()
    kind = serializers.ChoiceField(choices=DomainKind.choices)
    state = serializers.CharField()
    is_primary = serializers.BooleanField()


class TenantShown(serializers.Serializer[Any]):
    """A tenant."""

    id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=TenantState.choices)
    legal_entity = serializers.CharField()
    locale = serializers.CharField()
    currency = serializers.CharField()
    time_zone = serializers.CharField()
    created_at = serializers.DateTimeField()
    trial_ends_at = serializers.DateTimeField(allow_null=True)


class TenantWhole(TenantShown):
    """A tenant with its host names and what holds it back."""

    domains = DomainShown(many=True)
    holds = HoldShown(many=True)


class TenantMade(TenantWhole):
    """A tenant that was asked for."""

    owner_password = serializers.CharField(
        allow_null=True, help_text="Where none was told: the one that was made, shown this once."
    )


class PartnerTold(serializers.Serializer[Any]):
    """What a sub-partner shall be."""

    name = serializers.CharField(max_length=120)
    slug = serializers.CharField(max_length=40)
    host = serializers.CharField(max_length=253)
    person_name = serializers.CharField(max_length=80)
    person_email = serializers.EmailField(max_length=254)
    levels_below = serializers.IntegerField(min_value=0, max_value=9, default=0)
    colour = serializers.RegexField(r"^#[0-9a-fA-F]{6}$", default="#2f5d8a")
    support_email = serializers.EmailField(default="", allow_blank=True)


class PartnerShown(serializers.Serializer[Any]):
    """A sub-partner."""

    id = serializers.CharField()
    name = serializers.CharField()
    slug = serializers.CharField()
    host = serializers.CharField()
    state = serializers.CharField()
    tenants = serializers.IntegerField()
    partners = serializers.IntegerField()
    hold_level = serializers.IntegerField()


class ApplicationShown(serializers.Serializer[Any]):
    """What was asked for, and what came of it."""

    id = serializers.CharField()
    name = serializers.CharField()
    host = serializers.CharField()
    state = serializers.CharField()
    reason = serializers.CharField()
    asked_at = serializers.DateTimeField()
    partner = serializers.CharField(allow_null=True)


class SelfShown(serializers.Serializer[Any]):
    """The partner that asks."""

    id = serializers.CharField()
    name = serializers.CharField()
    host = serializers.CharField()
    hold_level = serializers.IntegerField()
    levels_below = serializers.IntegerField()
    credit_limit = serializers.CharField()
    currency = serializers.CharField()
    tenants = serializers.IntegerField()


class WebhookTold(serializers.Serializer[Any]):
    """What an address is told of."""

    name = serializers.CharField(max_length=80)
    url = serializers.CharField(max_length=2000)
    events = serializers.ListField(
        child=serializers.CharField(max_length=40),
        min_length=1,
        max_length=50,
        help_text=f"`*` for all, or some of {', '.join(PARTNER_EVENTS)}.",
    )


class WebhookShown(serializers.Serializer[Any]):
    """An address that is told."""

    id = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    failures = serializers.IntegerField()
    last_success_at = serializers.DateTimeField(allow_null=True)


class WebhookMade(WebhookShown):
    """A webhook with its secret, which is shown this once."""

    secret = serializers.CharField()


class DeliveryShown(serializers.Serializer[Any]):
    """What was told to an address."""

    id = serializers.CharField()
    event = serializers.CharField()
    webhook = serializers.CharField()
    state = serializers.CharField()
    attempts = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()


def tenant_shown(row: Tenant) -> dict[str, object]:
    """Return a tenant as `TenantShown` says."""
    return {
        "id": row.public_id,
        "name": row.name,
        "kind": row.kind,
        "state": row.state,
        "legal_entity": row.legal_entity,
        "locale": row.locale,
        "currency": row.currency,
        "time_zone": row.zone,
        "created_at": row.created_at,
        "trial_ends_at": row.trial_ends_at,
    }


def hold_shown(row: Hold) -> dict[str, object]:
    """Return a hold as `HoldShown` says."""
    return {
        "id": row.public_id,
        "kind": row.kind,
        "level": row.level,
        "reason": row.reason,
        "placed_at": row.placed_at,
        "until": row.until,
    }


def tenant_whole(row: Tenant, domains: list[Domain], holds: list[Hold]) -> dict[str, object]:
    """Return a tenant as `TenantWhole` says."""
    told = [
        {"host": each.domain, "kind": each.kind, "state": each.state, "is_primary": each.is_primary}
        for each in domains
    ]
    return {**tenant_shown(row), "domains": told, "holds": [hold_shown(each) for each in holds]}


def partner_shown(row: ListedPartner) -> dict[str, object]:
    """Return a sub-partner as `PartnerShown` says."""
    return {
        "id": row.channel.public_id,
        "name": row.channel.name,
        "slug": row.channel.slug,
        "host": row.channel.host,
        "state": row.channel.state,
        "tenants": row.tenants,
        "partners": row.below,
        "hold_level": row.level,
    }


def application_shown(row: Application) -> dict[str, object]:
    """Return an application as `ApplicationShown` says."""
    return {
        "id": row.public_id,
        "name": row.name,
        "host": row.host,
        "state": row.state,
        "reason": row.reason,
        "asked_at": row.asked_at,
        "partner": row.channel.public_id if row.channel is not None else None,
    }


def credit_shown(terms: Terms) -> str:
    """Return a credit limit as a decimal string."""
    return str(Money(terms.credit_limit_minor, terms.currency).decimal())


def webhook_shown(row: PartnerEndpoint) -> dict[str, object]:
    """Return a webhook as `WebhookShown` says."""
    return {
        "id": row.public_id,
        "name": row.name,
        "url": row.url,
        "events": row.events,
        "failures": row.failures,
        "last_success_at": row.last_success_at,
    }


def delivery_shown(row: PartnerDelivery) -> dict[str, object]:
    """Return a delivery as `DeliveryShown` says."""
    return {
        "id": row.public_id,
        "event": row.event,
        "webhook": row.endpoint.public_id,
        "state": row.state,
        "attempts": row.attempts,
        "status": row.status,
        "created_at": row.created_at,
    }
