"""Switches modules on and off, and takes them out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import sleep
from typing import Final, TypeVar
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from kernel.modules.errors import (
    ConflictingModule,
    MissingRequirement,
    ModuleNotEntitled,
    NeededByAnother,
    UnknownModule,
)
from kernel.modules.manifest import Manifest
from kernel.modules.ports import Decision, entitlements
from kernel.modules.registry import manifest_of, manifests
from kernel.tenancy.context import public_context
from tenants.choices import LIVING, InstallState
from tenants.ddl.packs import pack_for
from tenants.ddl.replay import add_segment, applied_migrations, drop_segment
from tenants.ddl.segments import target_digest
from tenants.errors import ModuleNotInstalled, NotConfirmed, StateRefused, TenantBusy
from tenants.fleet.django_way import bring_forward
from tenants.invalidation import changed
from tenants.models import ModuleInstall, Tenant
from tenants.services.states import locked

R = TypeVar("R")

_WAITED_TOO_LONG: Final = (LockNotAvailable, DeadlockDetected)
_ATTEMPTS: Final = 4
_PAUSE: Final = 0.2
_RETRY_AFTER: Final = 2


@dataclass(frozen=True, slots=True)
class ModuleStatus:
    """A module as a tenant's owner sees it.

    Attributes:
        needs: modules without which it is on hold.
        missing: names of modules that must be on first.
        needed_by: names of modules that are on and need this one.
        excluded_by: names of modules that are on and exclude it.
    """

    manifest: Manifest
    enabled: bool
    installed: bool
    decision: Decision
    needs: tuple[Manifest, ...]
    missing: tuple[Manifest, ...]
    needed_by: tuple[Manifest, ...]
    excluded_by: tuple[Manifest, ...]


def statuses(tenant_id: UUID, *, now: datetime) -> list[ModuleStatus]:
    """Return every module of the installation as it stands in a tenant."""
    with public_context():
        installs = dict(
            ModuleInstall.objects.filter(tenant_id=tenant_id).values_list("module", "state")
        )
    on = {code for code, state in installs.items() if state == InstallState.ENABLED}
    return [
        ModuleStatus(
            manifest=manifest,
            enabled=manifest.code in on,
            installed=manifest.code in installs,
            decision=entitlements().decide(tenant_id, manifest.code, now),
            needs=_named(set(manifest.requires)),
            missing=_named(set(manifest.requires) - on),
            needed_by=_named({code for code in on if manifest.code in manifests()[code].requires}),
            excluded_by=_named(_excluders(manifest, on)),
        )
        for manifest in manifests().values()
    ]


def _named(codes: set[str]) -> tuple[Manifest, ...]:
    return tuple(manifests()[code] for code in sorted(codes))


def _excluders(manifest: Manifest, on: set[str]) -> set[str]:
    mutual = {code for code in on if manifest.code in manifests()[code].conflicts}
    return (set(manifest.conflicts) & on) | mutual


def enable(tenant_id: UUID, code: str, *, actor: Actor) -> ModuleInstall:
    """Switch a module on: its tables, its migrations' records and its state, or nothing.

    Needs the owner's rights. Enabling what is on changes nothing.

    Raises:
        UnknownModule: no module has this code.
        ModuleNotEntitled: the tenant has no right to it.
        MissingRequirement, ConflictingModule: another module is off, or on.
        StateRefused: the tenant is not in use.
        ModuleNotInstalled: a migration of the module failed.
        TenantBusy: others work on the tables that the module points to; try again.
    """
    _known(code)
    # Compiling takes seconds when it is the first time: not under the tenant's lock.
    with _told_of(code):
        pack_for(code)
        _catch_up(tenant_id, code)
    return _when_free(partial(_enable, tenant_id, code, actor=actor))


@public_context()
def _catch_up(tenant_id: UUID, code: str) -> None:
    """Let Django migrate what a time off left behind, where statements alone do not tell it.

    Such migrations commit one by one, and the module is off until all are done.
    """
    off = ModuleInstall.objects.filter(
        tenant_id=tenant_id, module=code, state=InstallState.DISABLED
    ).exclude(release=target_digest(code))
    schema = off.values_list("tenant__schema_name", flat=True).first()
    if schema is None or connection.in_atomic_block:
        return
    applied = [key for key in applied_migrations(schema) if key[0] == code]
    if not pack_for(code, applied).atomic:
        bring_forward(tenant_id, code)


@public_context()
@transaction.atomic
def _enable(tenant_id: UUID, code: str, *, actor: Actor) -> ModuleInstall:
    manifest = _known(code)
    tenant = _in_use(tenant_id)
    on = _enabled(tenant)
    if missing := set(manifest.requires) - on:
        raise MissingRequirement(module=code, missing=sorted(missing))
    _refuse_when_not_entitled(tenant, manifest)
    if excluders := _excluders(manifest, on):
        raise ConflictingModule(module=code, excluded_by=sorted(excluders))
    install = ModuleInstall.objects.select_for_update().filter(tenant=tenant, module=code).first()
    if install is not None and install.state == InstallState.ENABLED:
        return install
    if install is None:
        install = ModuleInstall(tenant=tenant, module=code)
    with _told_of(code):
        _bring_up_to_date(tenant, install)
    install.state = InstallState.ENABLED
    install.version = manifest.version
    install.enabled_at = utc_now()
    install.save()
    _record("modules.enabled", tenant, code, actor)
    changed(tenant.pk)
    return install


@contextmanager
def _told_of(code: str) -> Iterator[None]:
    """Turn what a database says of a module's DDL into refusals that a caller understands."""
    try:
        yield
    except TenantBusy:
        raise
    except DatabaseError as error:
        if isinstance(error.__cause__, _WAITED_TOO_LONG):
            raise TenantBusy(module=code, retry_after=_RETRY_AFTER) from error
        raise ModuleNotInstalled(_first_line(error), module=code) from error
    except Exception as error:  # a migration may raise whatever its author's code raises
        raise ModuleNotInstalled(_first_line(error), module=code) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _when_free(work: Callable[[], R]) -> R:
    """Do DDL with short waits for locks, because while it waits all writes queue up behind it.

    Inside a caller's transaction there is one attempt: its locks would stay.
    """
    for _attempt in range(0 if connection.in_atomic_block else _ATTEMPTS - 1):
        try:
            return work()
        except TenantBusy:
            sleep(_PAUSE)
    return work()


def _bring_up_to_date(tenant: Tenant, install: ModuleInstall) -> None:
    """Make the module's tables, or migrate the ones that a time off left behind."""
    release = target_digest(install.module)
    if install.release == release:
        return
    applied = [key for key in applied_migrations(tenant.schema_name) if key[0] == install.module]
    add_segment(tenant.schema_name, pack_for(install.module, applied))
    install.release = release


@public_context()
@transaction.atomic
def disable(tenant_id: UUID, code: str, *, actor: Actor) -> None:
    """Switch a module off; its data stays. Disabling what is off changes nothing.

    Raises:
        UnknownModule: no module has this code.
        NeededByAnother: a module that is on needs it.
    """
    _known(code)
    tenant = locked(tenant_id)
    needers = {other for other in _enabled(tenant) if code in manifests()[other].requires}
    if needers:
        raise NeededByAnother(module=code, needed_by=sorted(needers))
    changed_rows = ModuleInstall.objects.filter(
        tenant=tenant, module=code, state=InstallState.ENABLED
    ).update(state=InstallState.DISABLED, disabled_at=utc_now())
    if changed_rows:
        _record("modules.disabled", tenant, code, actor)
        changed(tenant.pk)


def drop(tenant_id: UUID, code: str, *, actor: Actor, confirmation: str) -> None:
    """Drop the tables of a module that is off. The caller has exported them before.

    Needs the owner's rights. Dropping what is gone changes nothing.

    Raises:
        NotConfirmed: the confirmation is not the module's code.
        StateRefused: the module is on.
        TenantBusy: others work on the tables that the module points to; try again.
    """
    _known(code)
    if confirmation != code:
        raise NotConfirmed(expected=code)
    _when_free(partial(_drop, tenant_id, code, actor=actor))


@public_context()
@transaction.atomic
def _drop(tenant_id: UUID, code: str, *, actor: Actor) -> None:
    tenant = _in_use(tenant_id)
    install = ModuleInstall.objects.select_for_update().filter(tenant=tenant, module=code).first()
    if install is None:
        return
    if install.state == InstallState.ENABLED:
        raise StateRefused(module=code)
    with _told_of(code):
        drop_segment(tenant.schema_name, pack_for(code).tables, code)
    install.delete()
    _record("modules.dropped", tenant, code, actor)
    changed(tenant.pk)


def _known(code: str) -> Manifest:
    manifest = manifest_of(code)
    if manifest is None:
        raise UnknownModule(module=code[:64])
    return manifest


def _in_use(tenant_id: UUID) -> Tenant:
    tenant = locked(tenant_id)
    if tenant.state not in LIVING:
        raise StateRefused(state=tenant.state)
    return tenant


def _enabled(tenant: Tenant) -> set[str]:
    return set(
        ModuleInstall.objects.filter(tenant=tenant, state=InstallState.ENABLED).values_list(
            "module", flat=True
        )
    )


def _refuse_when_not_entitled(tenant: Tenant, manifest: Manifest) -> None:
    decision = entitlements().decide(tenant.pk, manifest.code, utc_now())
    if not decision.allowed:
        raise ModuleNotEntitled(module=manifest.code, reason=decision.reason)


def _record(action: str, tenant: Tenant, code: str, actor: Actor) -> None:
    record(
        action=action,
        actor=actor,
        obj=("tenant", tenant.public_id),
        before={},
        after={"module": code},
    )
