"""What people may ask for in the life of a tenant; each starts a job or places a hold."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.common.ids import uuid7
from kernel.modules.errors import UnknownModule
from kernel.modules.registry import manifest_of
from kernel.tenancy.context import BrandRef, public_context
from tenants.archive import keys
from tenants.archive.keys import Opener
from tenants.archive.reading import Limits
from tenants.choices import (
    LIVING,
    TRANSITIONS,
    DomainKind,
    HoldKind,
    HoldLevel,
    InstallState,
    JobKind,
    JobState,
    TenantKind,
    TenantState,
)
from tenants.ddl.names import new_schema_name
from tenants.errors import ArchiveUnreadable, NotConfirmed, StateRefused, WeakPassphrase
from tenants.models import Hold, Job, ModuleInstall, Tenant
from tenants.offers import read_offers, written_offers
from tenants.services import jobs
from tenants.services.domains import add_domain
from tenants.services.lifecycle import Opening, check_particulars, check_stays, checked_name, insert
from tenants.services.pool import Place
from tenants.services.states import locked, place_hold, release_hold
from tenants.services.steps.shared import SUFFIX, archives, inspect

SHORTEST_PASSPHRASE = 12
_PART = 1024 * 1024
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
IMPORT_LIMITS = Limits(bytes=200 * 1024**3, members=2_000_000)
"""What an archive from elsewhere may come to once it is unpacked."""


def suspend(tenant_id: UUID, *, reason: str, actor: Actor, until: datetime | None = None) -> Hold:
    """Close a storefront by hand.

    Raises:
        UnknownTenant: there is none.
        StateRefused: the tenant is not in use.
    """
    return place_hold(
        tenant_id,
        kind=HoldKind.MANUAL,
        level=HoldLevel.CLOSED,
        reason=reason,
        actor=actor,
        until=until,
    )


@public_context()
@transaction.atomic
def resume(tenant_id: UUID, *, actor: Actor) -> int:
    """Release what was placed by hand; return how many holds. Others stay.

    Raises:
        UnknownTenant: there is none.
        StateRefused: the tenant is archived, or was never in use.
    """
    tenant = locked(tenant_id)
    if tenant.state not in LIVING:
        raise StateRefused(state=tenant.state)
    holds = Hold.objects.filter(tenant=tenant, kind=HoldKind.MANUAL, released_at=None)
    ids = list(holds.values_list("pk", flat=True))
    for hold_id in ids:
        release_hold(hold_id, actor=actor)
    return len(ids)


@public_context()
@transaction.atomic
def archive(tenant_id: UUID, *, reason: str, actor: Actor) -> Job:
    """Close a tenant, put all of it into an archive, and drop it from the database.

    Raises:
        UnknownTenant: there is none.
        StateRefused: the tenant is not in use.
        JobOpen: another job on it has not ended.
    """
    hold = place_hold(
        tenant_id,
        kind=HoldKind.MANUAL,
        level=HoldLevel.ARCHIVED,
        reason=reason,
        actor=actor,
    )
    return jobs.start(tenant_id, JobKind.ARCHIVE, actor=actor, data={"hold": hold.pk.hex})


@public_context()
@transaction.atomic
def restore(tenant_id: UUID, *, actor: Actor) -> Job:
    """Bring an archived tenant back; it opens unless something else holds it.

    Raises:
        UnknownTenant: there is none.
        StateRefused: it is not archived.
        JobOpen: another job on it has not ended.
    """
    tenant = locked(tenant_id)
    if tenant.state != TenantState.ARCHIVED:
        raise StateRefused(state=tenant.state)
    return jobs.start(tenant_id, JobKind.RESTORE, actor=actor)


@public_context()
@transaction.atomic
def purge(tenant_id: UUID, *, confirmation: str, actor: Actor) -> Job:
    """Delete an archived tenant, or one that was never finished, for ever.

    Raises:
        UnknownTenant: there is none.
        NotConfirmed: the confirmation is not its name.
        StateRefused: it is in use, or gone already.
        JobOpen: another job on it has not ended.
    """
    tenant = locked(tenant_id)
    if confirmation != tenant.name:
        raise NotConfirmed(expected=tenant.name)
    if TenantState.PURGED not in TRANSITIONS[tenant.state]:
        raise StateRefused(state=tenant.state)
    return jobs.start(tenant_id, JobKind.PURGE, actor=actor)


@public_context()
@transaction.atomic
def copy(
    source_id: UUID,
    *,
    name: str,
    hosts: Mapping[DomainKind, str],
    kind: TenantKind,
    actor: Actor,
    with_grants: bool = False,
) -> Job:
    """Make a new tenant with another's rows, files and modules; the source keeps running.

    Sealed secrets, signed-in people and events in flight stay behind: the copy
    can neither charge money nor deliver anything for the original.

    Args:
        source_id: the original.
        name: of the copy.
        hosts: host names of the copy.
        kind: of the copy, fixed from now on.
        actor: who asks.
        with_grants: give the copy the rights that the original holds to modules.

    Raises:
        UnknownTenant, StateRefused: there is no such original, or it is not in use.
        SandboxStays: the original is a sandbox, and the copy would be a live shop.
        InvalidTenantName, InvalidDomain, ReservedDomain, DomainTaken,
        ConfusableDomain: bad input.
    """
    source = locked(source_id)
    if source.state not in LIVING:
        raise StateRefused(state=source.state)
    check_stays(source, kind)
    opening = Opening(
        name=name,
        hosts=hosts,
        kind=kind,
        legal_entity=source.legal_entity,
        locale=source.locale,
        zone=source.zone,
        currency=source.currency,
        channel_id=source.channel_id,
        brand=source.brand,
        offers=source.offers,
        ring=source.ring,
    )
    tenant = _announce_tenant(opening, actor=actor)
    data = {"source": source.pk.hex, "with_grants": with_grants}
    return jobs.start(tenant.pk, JobKind.COPY, actor=actor, data=data)


def _announce_tenant(opening: Opening, *, actor: Actor) -> Tenant:
    """Write a tenant down whose schema a job will make; its host names are taken from now on."""
    check_particulars(opening)
    place = Place(new_schema_name(), "", "")
    tenant = insert(opening, name=checked_name(opening.name), place=place)
    for kind, host in opening.hosts.items():
        add_domain(tenant.pk, host, kind=kind, actor=actor, primary=True)
    return tenant


@public_context()
@transaction.atomic
def export(
    tenant_id: UUID, *, actor: Actor, passphrase: str = "", recipient: str = "", by: str = ""
) -> Job:
    """Write a tenant's own archive for its owner, while it keeps running.

    Args:
        tenant_id: the tenant.
        actor: who asks.
        passphrase: encrypts the archive; waits sealed in the job, and goes with its end.
        recipient: an age recipient instead, ``age1…``.
        by: kept with the job, for whoever lists archives of some alone.

    Raises:
        UnknownTenant: there is none.
        StateRefused: the tenant is not in use.
        WeakPassphrase: too short.
        ArchiveUnreadable: the recipient is none.
        JobOpen: another job on it has not ended.
    """
    tenant = locked(tenant_id)
    if tenant.state not in LIVING:
        raise StateRefused(state=tenant.state)
    data: dict[str, object]
    if recipient:
        keys.recipient_of(recipient)
        data = {"recipient": recipient.strip()}
    else:
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise WeakPassphrase
        data = {"secret": keys.seal(passphrase)}
    if by:
        data["by"] = by
    return jobs.start(tenant_id, JobKind.EXPORT, actor=actor, data=data)


@dataclass(frozen=True, slots=True)
class Incoming:
    """An archive that came from elsewhere and lies among the archives.

    Attributes:
        path: its name there; it is deleted once it is taken in, or refused.
        key: the passphrase or ``AGE-SECRET-KEY-1…`` that opens it; empty for an
            archive of this installation.
    """

    path: str
    key: str = ""

    def opener(self) -> Opener:
        """Return what opens it."""
        return keys.opener_of(self.key)


@public_context()
def import_tenant(
    incoming: Incoming,
    *,
    hosts: Mapping[DomainKind, str],
    actor: Actor,
    name: str = "",
    channel_id: UUID | None = None,
) -> Job:
    """Take in a tenant that was exported, here or in another installation.

    The whole archive is read before anything is written.

    Args:
        incoming: the archive.
        hosts: host names of the new tenant: the old ones are another's.
        actor: who asks.
        name: of the new tenant; the old one's when left out.
        channel_id: the channel partner it will belong to.

    Raises:
        ArchiveUnreadable, ArchiveUnsuited: it is damaged, for another key, of a
            newer release, or needs modules that are not here.
        InvalidTenantName, InvalidTenantField, InvalidDomain, ReservedDomain,
        DomainTaken, ConfusableDomain: bad input.
    """
    manifest = inspect(incoming.path, incoming.opener(), limits=IMPORT_LIMITS)
    opening = _opening(manifest.tenant, name=name, hosts=hosts, channel_id=channel_id)
    with transaction.atomic():
        tenant = _announce_tenant(opening, actor=actor)
        data: dict[str, object] = {"path": incoming.path}
        if incoming.key:
            data["secret"] = keys.seal(incoming.key)
        return jobs.start(tenant.pk, JobKind.IMPORT, actor=actor, data=data)


def take_in(
    source: IO[bytes],
    *,
    key: str,
    hosts: Mapping[DomainKind, str],
    actor: Actor,
    name: str = "",
    channel_id: UUID | None = None,
) -> Job:
    """Put an archive among the installation's own and import it; `import_tenant` tells more.

    A refused archive is not kept.
    """
    path = f"incoming/{uuid7().hex}{SUFFIX}"
    with public_context():
        with archives().writer(path) as out:
            shutil.copyfileobj(source, out, _PART)
        try:
            return import_tenant(
                Incoming(path, key), hosts=hosts, actor=actor, name=name, channel_id=channel_id
            )
        except BaseException:
            archives().delete(path)
            raise


def _opening(
    told: Mapping[str, Any],
    *,
    name: str,
    hosts: Mapping[DomainKind, str],
    channel_id: UUID | None,
) -> Opening:
    try:
        return Opening(
            name=name or str(told["name"]),
            hosts=hosts,
            kind=TenantKind(told["kind"]),
            legal_entity=str(told["legal_entity"]),
            locale=str(told["locale"]),
            zone=str(told["zone"]),
            currency=str(told["currency"]),
            brand=_brand(told["brand"]),
            # Archives of older releases say nothing of it.
            offers=written_offers(read_offers(told.get("offers", {}))),
            channel_id=channel_id,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ArchiveUnreadable("the archive says too little of its tenant") from error


def _brand(told: Mapping[str, Any]) -> dict[str, str]:
    """Keep what is known of a brand; its pictures are files, which come along."""
    known = {field.name for field in fields(BrandRef)} - {"logo_url", "favicon_url"}
    brand = {key: str(value)[:300] for key, value in told.items() if key in known}
    if _COLOUR.match(brand.get("colour", "")) is None:
        brand.pop("colour", None)
    return brand


@public_context()
@transaction.atomic
def uninstall(
    tenant_id: UUID, code: str, *, confirmation: str, tenant_name: str, actor: Actor
) -> Job:
    """Put a module's rows away and drop its tables. Confirmed twice.

    Args:
        tenant_id: the tenant.
        code: the module, which is off.
        confirmation: the module's code again.
        tenant_name: the tenant's name.
        actor: who asks.

    Raises:
        UnknownTenant, UnknownModule: there is none, or it is not installed here.
        NotConfirmed: one of the two is wrong.
        StateRefused: the module is on.
        JobOpen: another job on the tenant has not ended.
    """
    if manifest_of(code) is None:
        raise UnknownModule(module=code[:64])
    tenant = locked(tenant_id)
    if confirmation != code:
        raise NotConfirmed(expected=code)
    if tenant_name != tenant.name:
        raise NotConfirmed(expected=tenant.name)
    install = ModuleInstall.objects.filter(tenant=tenant, module=code).first()
    if install is None:
        raise UnknownModule(module=code)
    if install.state == InstallState.ENABLED:
        raise StateRefused(module=code)
    return jobs.start(tenant_id, JobKind.MODULE_UNINSTALL, actor=actor, data={"module": code})


@public_context()
def delete_exports(*, before: datetime) -> int:
    """Delete the files of exports that ended before a moment; return how many."""
    ended = Job.objects.filter(
        kind=JobKind.EXPORT, state=JobState.DONE, finished_at__lt=before
    ).exclude(data__path="")
    for job in ended:
        archives().delete(job.data["path"])
        Job.objects.filter(pk=job.pk).update(data={**job.data, "path": ""})
    return len(ended)
