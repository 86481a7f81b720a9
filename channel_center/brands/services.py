"""Changes the brands of partners, and hands them down to their shops at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from channel_center.brands.selectors import FROM_ABOVE, inherited_by_shops
from channel_center.errors import UnknownChannel
from channel_center.hosts import HOSTS
from channel_center.models import Channel
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.branding.errors import InvalidBrand
from kernel.branding.fields import FIELDS, PROVEN, checked, domain_of
from kernel.tenancy.context import public_context
from tenants.domains import check_not_reserved, normalise
from tenants.errors import DomainNotProven
from tenants.services.brands import is_proven, pass_on, sender_proof
from tenants.services.domains import Resolver

DOMAINS = ("mail_from", "store_domain", "console_domain")
"""Fields that count once their domain was proven."""


@public_context()
@transaction.atomic
def set_partner_brand(
    channel_id: UUID,
    values: Mapping[str, str],
    *,
    actor: Actor,
    takes_from_above: bool | None = None,
) -> None:
    """Give a partner's brand other fields; an empty one is its parent's again, or nobody's.

    Fields that are not named stay as they are. Its shops, and those of the partners below
    that take from it, look so from the commit on.

    Raises:
        UnknownChannel: there is no such partner.
        InvalidBrand: a field cannot be used; ``field`` names it.
        InvalidDomain, ReservedDomain: a domain that cannot be a partner's.
    """
    wanted = checked(values, for_partner=True)
    for name in DOMAINS:
        if domain := domain_of(name, wanted.get(name, "")):
            check_not_reserved(normalise(domain))
    channel = _locked(channel_id)
    before: dict[str, Any] = dict(channel.brand)
    channel.brand = {key: value for key, value in before.items() if key not in values} | wanted
    if takes_from_above is not None:
        channel.brand[FROM_ABOVE] = takes_from_above and channel.parent_id is not None
    if channel.brand != before:
        _keep(channel, before, actor, "channel_center.brand_changed")


@public_context()
def prove_domain(
    channel_id: UUID, domain: str, *, actor: Actor, resolver: Resolver | None = None
) -> None:
    """Look for the proof of a domain that a partner's brand names; it counts from then on.

    The network is asked before the transaction, so that no lock waits for it.

    Raises:
        UnknownChannel: there is no such partner.
        InvalidBrand: its brand does not name the domain.
        DomainNotProven: the record is not there.
    """
    channel = Channel.objects.filter(pk=channel_id).first()
    if channel is None:
        raise UnknownChannel
    if domain not in wanted_domains(channel.brand):
        raise InvalidBrand(field="domain", reason="unknown")
    if not is_proven(channel_id, domain, resolver):
        name, value = sender_proof(channel_id, domain)
        raise DomainNotProven(record=name, value=value)
    with transaction.atomic():
        channel = _locked(channel_id)
        before = dict(channel.brand)
        channel.brand = before | {PROVEN: sorted({*before.get(PROVEN, ()), domain})}
        _keep(channel, before, actor, "channel_center.brand_domain_proven")


def wanted_domains(brand: Mapping[str, Any]) -> list[str]:
    """Return the domains that a brand names, each once."""
    found = (domain_of(name, str(brand.get(name) or "")) for name in DOMAINS)
    return list(dict.fromkeys(each for each in found if each))


def _locked(channel_id: UUID) -> Channel:
    found = Channel.objects.select_for_update(of=("self",)).filter(pk=channel_id).first()
    if found is None:
        raise UnknownChannel
    return found


def _keep(channel: Channel, before: Mapping[str, Any], actor: Actor, action: str) -> None:
    channel.save(update_fields=["brand"])
    record(
        action=action,
        actor=actor,
        obj=("channel", channel.public_id),
        before=_shown(before),
        after=_shown(channel.brand),
    )
    hand_down(channel)


def _shown(brand: Mapping[str, Any]) -> dict[str, Any]:
    return {key: brand[key] for key in (*FIELDS, FROM_ABOVE, PROVEN) if brand.get(key)}


def hand_down(channel: Channel) -> int:
    """Give all shops of a partner, and of those below that take from it, what holds now.

    In the caller's transaction; also right after a partner came to stand elsewhere.
    """
    number = pass_on(channel.pk, inherited_by_shops(channel.pk))
    for below in Channel.objects.filter(parent=channel).order_by("pk"):
        if below.brand.get(FROM_ABOVE):
            number += hand_down(below)
    transaction.on_commit(HOSTS.forget)
    return number
