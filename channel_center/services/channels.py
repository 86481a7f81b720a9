"""Adds channel partners, and opens tenants for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from channel_center.choices import ChannelState
from channel_center.errors import (
    ChannelSuspended,
    ChannelTaken,
    InvalidChannel,
    UnknownChannel,
)
from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.partners.services.standing import refuse_if_held
from channel_center.partners.services.telling import tell
from kernel.access.models import Staff
from kernel.access.services import create_owner
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.branding.errors import InvalidBrand
from kernel.branding.fields import checked
from kernel.common.ids import public_id
from kernel.tenancy.context import public_context
from tenants.domains import normalise
from tenants.errors import DomainTaken
from tenants.models import Domain, Tenant
from tenants.services.lifecycle import Opening, checked_name, request_tenant

_SLUG = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]\Z")


@public_context()
@transaction.atomic
def create_channel(
    *,
    name: str,
    slug: str,
    host: str,
    brand: Mapping[str, str],
    actor: Actor,
    parent_id: UUID | None = None,
) -> Channel:
    """Add a channel partner.

    Raises:
        InvalidTenantName: the name is empty, too long, or cannot be shown.
        InvalidDomain: the host name cannot be used.
        InvalidChannel: short name or brand; ``field`` says which.
        ChannelTaken: another channel partner has the short name or the host name.
        DomainTaken: a tenant has the host name.
        UnknownChannel: there is no such parent.
    """
    kept_name, ascii_host, kept = check_particulars(name=name, slug=slug, host=host, brand=brand)
    if parent_id is not None and not Channel.objects.filter(pk=parent_id).exists():
        raise UnknownChannel
    try:
        with transaction.atomic():
            channel = Channel.objects.create(
                name=kept_name,
                slug=slug,
                host=ascii_host,
                brand=kept,
                parent_id=parent_id,
            )
    except IntegrityError as error:
        raise ChannelTaken from error
    record(
        action="channel_center.channel_created",
        actor=actor,
        obj=("channel", channel.public_id),
        before={},
        after={"name": channel.name, "host": channel.host},
    )
    transaction.on_commit(HOSTS.forget)
    return channel


def check_particulars(
    *, name: str, slug: str, host: str, brand: Mapping[str, str]
) -> tuple[str, str, dict[str, str]]:
    """Return a channel partner's name, host name and brand as they are kept.

    Raises:
        InvalidTenantName, InvalidDomain, InvalidChannel: one of them cannot be used.
        DomainTaken: a tenant, or the operator, has the host name.
    """
    if _SLUG.match(slug) is None:
        raise InvalidChannel(field="slug")
    try:
        kept = checked(brand, for_partner=True)
    except InvalidBrand as refusal:
        raise InvalidChannel(refusal.detail, **refusal.fields) from refusal
    ascii_host = normalise(host)
    is_taken = Domain.objects.filter(domain=ascii_host).exists()
    if is_taken or ascii_host == settings.STOA_OPERATOR_HOST:
        raise DomainTaken(domain=ascii_host)
    return checked_name(name), ascii_host, kept


@public_context()
@transaction.atomic
def add_staff(
    *, channel_id: UUID | None, email: str, name: str, password_hash: str, must_change: bool = False
) -> Staff:
    """Add a person who works for a channel partner, or for the operator (None).

    Raises:
        UnknownChannel: there is no such channel partner.
        InvalidStaff, EmailTaken: the address cannot be used.
    """
    if channel_id is not None and not Channel.objects.filter(pk=channel_id).exists():
        raise UnknownChannel
    person = create_owner(
        email=email, name=name, password_hash=password_hash, must_change_password=must_change
    )
    person.channel_id = channel_id
    person.save(update_fields=["channel_id"])
    return person


@public_context()
@transaction.atomic
def open_tenant_for_channel(
    channel_id: UUID, opening: Opening, *, actor: Actor
) -> tuple[UUID, UUID | None]:
    """Open a tenant that belongs to a channel partner.

    Returns:
        The tenant's id, and the id of the job that sets it up, or None when it is live.

    Raises:
        UnknownChannel, ChannelSuspended, PartnerHeld: who asks may not.
        InvalidTenantName, InvalidTenantField, InvalidDomain, ReservedDomain,
        DomainTaken, ConfusableDomain, InvalidStaff: bad input.
    """
    channel = Channel.objects.select_for_update(of=("self",)).filter(pk=channel_id).first()
    if channel is None:
        raise UnknownChannel
    if channel.state != ChannelState.ACTIVE:
        raise ChannelSuspended
    refuse_if_held(channel.pk)
    for host in opening.hosts.values():
        name = normalise(host)
        if Channel.objects.filter(host=name).exists() or HOSTS.serves(name):
            raise DomainTaken(domain=name)
    opened = request_tenant(replace(opening, channel_id=channel.pk), actor=actor)
    if opened[1] is not None:
        about = public_id("ten", opened[0])
        said = {"tenant": about, "name": opening.name.strip()}
        tell(channel.pk, "tenant.requested", about=about, data=said)
    return opened


def tenants_of(channel_id: UUID | None) -> QuerySet[Tenant]:
    """Return the tenants that staff may see: the channel's own, or all for the operator."""
    tenants = Tenant.objects.all()
    return tenants if channel_id is None else tenants.filter(channel_id=channel_id)
