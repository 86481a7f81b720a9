"""Host names of a tenant that moves: what lies below its old partner's domain is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from channel_center.brands.selectors import domains_for_shops, first_hosts
from channel_center.hosts import HOSTS
from channel_center.models import Channel
from kernel.audit.actor import Actor
from tenants.choices import DomainKind
from tenants.errors import DomainTaken
from tenants.models import Domain, Tenant
from tenants.services.domains import add_domain, remove_domain

LED_ON: Final = timedelta(days=30)
"""So long an old name leads to the new one."""
_TRIES: Final = 50


def leaving(tenant: Tenant, receiving_id: UUID | None) -> list[Domain]:
    """Return names below a domain of the present partner that the new one has not."""
    usual = settings.STOA_BASE_DOMAIN
    left = set(domains_for_shops(tenant.channel_id, usual))
    left -= {usual, *domains_for_shops(receiving_id, usual)}
    rows = tenant.domains.order_by("-is_primary", "pk")
    return [row for row in rows if any(row.domain.endswith(f".{each}") for each in left)]


def new_hosts(rows: Sequence[Domain], receiving_id: UUID | None) -> dict[DomainKind, str]:
    """Return the names that a tenant gets below the new partner's domain for those it leaves.

    Raises:
        DomainTaken: all that it could be called is taken.
    """
    if not rows:
        return {}
    kinds = {DomainKind(row.kind) for row in rows}
    stores = [row for row in rows if row.kind == DomainKind.STORE]
    label = (stores or list(rows))[0].domain.split(".")[0]
    for number in range(1, _TRIES):
        tried = label if number == 1 else f"{label[:34]}-{number}"
        hosts = first_hosts(receiving_id, tried)
        wanted = {kind: host for kind, host in hosts.items() if kind in kinds}
        if not _are_taken(wanted.values()):
            return wanted
    raise DomainTaken(domain=label)


def _are_taken(hosts: Any) -> bool:
    wanted = list(hosts)
    if Domain.objects.filter(domain__in=wanted).exists():
        return True
    if Channel.objects.filter(host__in=wanted).exists():
        return True
    return any(HOSTS.serves(each) for each in wanted)


def replace(
    tenant: Tenant, rows: Sequence[Domain], receiving_id: UUID | None, *, actor: Actor
) -> dict[str, Any]:
    """Give new names for those that are left, which lead on to them; return what was.

    The tenant belongs to its new partner already.

    Raises:
        DomainTaken, InvalidDomain: it can get no name.
    """
    was = [[row.pk, row.is_primary, row.redirects] for row in tenant.domains.order_by("pk")]
    hosts = new_hosts(rows, receiving_id)
    primary = {DomainKind(row.kind) for row in rows if row.is_primary}
    for kind in primary:
        tenant.domains.filter(kind=kind, is_primary=True).update(is_primary=False)
    for kind, host in hosts.items():
        add_domain(tenant.pk, host, kind=kind, actor=actor, primary=kind in primary, is_first=True)
    tenant.domains.filter(pk__in=[row.pk for row in rows]).update(redirects=True)
    return {
        "was": was,
        "added": sorted(hosts.values()),
        "led_on": sorted(row.domain for row in rows),
    }


def restore(tenant: Tenant, done: dict[str, Any]) -> None:
    """Take new names away, and let the old ones serve as before."""
    tenant.domains.filter(domain__in=done["added"]).delete()
    tenant.domains.update(is_primary=False)
    for key, is_primary, redirects in done["was"]:
        tenant.domains.filter(pk=key).update(is_primary=is_primary, redirects=redirects)


def drop(tenant_id: UUID, hosts: Sequence[str], *, actor: Actor) -> None:
    """Take names away that have led on for long enough; a primary one stays."""
    rows = Domain.objects.filter(tenant_id=tenant_id, domain__in=list(hosts), is_primary=False)
    for host in list(rows.values_list("domain", flat=True)):
        remove_domain(tenant_id, host, actor=actor)
