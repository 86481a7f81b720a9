"""What holds of a partner's brand: its own fields, else those of the partner above."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from channel_center.errors import UnknownChannel
from channel_center.models import Channel
from kernel.branding.fields import effective, for_shops, partner_brand
from kernel.tenancy.context import BrandRef, public_context
from tenants.choices import DomainKind

FROM_ABOVE = "from_above"
"""Under this name a brand keeps that it takes what it lacks from the partner above.

Nobody below is to learn who stands above, so it does so only where its owner wants it."""
DEEPEST = 12


def brand_values(channel: Channel) -> dict[str, str]:
    """Return all fields that hold of a partner's brand; one query for each level above it."""
    chain = [channel]
    while chain[-1].brand.get(FROM_ABOVE) and len(chain) < DEEPEST:
        above = chain[-1].parent
        if above is None:
            break
        chain.append(above)
    values: dict[str, str] = {}
    for each in reversed(chain):
        values = effective({"name": each.name, **each.brand}, values)
    if len(chain) > 1 and not channel.brand.get("name"):
        values["name"] = effective(chain[-1].brand).get("name", chain[-1].name)
    return values


def brand_of(channel: Channel) -> BrandRef:
    """Return what a partner's own console looks like."""
    return partner_brand(brand_values(channel), name=channel.name)


def inherited_by_shops(channel_id: UUID) -> dict[str, str]:
    """Return what shops of a partner inherit.

    Raises:
        UnknownChannel: there is no such partner.
    """
    with public_context():
        channel = Channel.objects.filter(pk=channel_id).first()
        if channel is None:
            raise UnknownChannel
        return for_shops(brand_values(channel))


def first_hosts(channel_id: UUID | None, label: str) -> dict[DomainKind, str]:
    """Return where a new shop of a partner answers, and its console."""
    store, console = domains_for_shops(channel_id, settings.STOA_BASE_DOMAIN)
    # Of one domain both kinds need names of their own.
    desk = f"{label}.{console}" if console != store else f"console.{label}.{store}"
    return {DomainKind.STORE: f"{label}.{store}", DomainKind.CONSOLE: desk}


def domains_for_shops(channel_id: UUID | None, usual: str) -> tuple[str, str]:
    """Return below which domains a partner's shops and their consoles are opened."""
    values = {} if channel_id is None else inherited_by_shops(channel_id)
    store = values.get("store_domain", usual)
    return store, values.get("console_domain", store)
