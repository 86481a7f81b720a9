"""What a new tenant inherits from its partner, and which host names are the partner's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from uuid import UUID

from django.conf import settings

from kernel.branding.fields import INHERITED, checked
from tenants.models import Tenant

Inheritance: TypeAlias = Callable[[UUID], Mapping[str, str]]


def _no_partners(_channel_id: UUID) -> Mapping[str, str]:
    return {}


_of_partner: Inheritance = _no_partners


def set_inheritance(of_partner: Inheritance) -> None:
    """Plug in who knows partners' brands; called once, by the channel centre, at start."""
    global _of_partner  # noqa: PLW0603  the port is a process-wide plug
    _of_partner = of_partner


def first_brand(own: Mapping[str, Any], channel_id: UUID | None) -> dict[str, Any]:
    """Return the brand that a new tenant begins with.

    Raises:
        InvalidBrand: one of its own fields cannot be used.
    """
    kept: dict[str, Any] = dict(checked(dict(own), for_partner=False))
    if channel_id is not None and (inherited := _of_partner(channel_id)):
        kept[INHERITED] = dict(inherited)
    return kept


def is_own_name(tenant: Tenant, name: str) -> bool:
    """Tell whether a host name needs no proof: below the installation's domain or its partner's."""
    return any(name.endswith(f".{each}") for each in own_suffixes(tenant))


def own_suffixes(tenant: Tenant) -> list[str]:
    """Return the domains below which a tenant's names need no proof."""
    inherited = tenant.brand.get(INHERITED) or {}
    given = [inherited.get("store_domain"), inherited.get("console_domain")]
    return [settings.STOA_BASE_DOMAIN, *(str(each) for each in given if each)]


def alias_target(brand: Mapping[str, Any]) -> str:
    """Return where a tenant's own names point: into the partner's domain, where it has one."""
    inherited = brand.get(INHERITED) or {}
    domain = inherited.get("store_domain")
    return f"to.{domain}" if domain else str(settings.STOA_CNAME_TARGET)
