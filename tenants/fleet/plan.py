"""What is to be done: one pack for each distinct state of each segment, then who gets which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from uuid import UUID

from kernel.tenancy.context import public_context
from tenants.ddl.packs import pack_for
from tenants.ddl.segments import KERNEL, segments, target_digest
from tenants.fleet.states import Key, Member, read_fleet
from tenants.models import DdlPack, ModuleInstall, Tenant


@dataclass(frozen=True, slots=True)
class Work:
    """One tenant and the packs that bring it to this release, in order."""

    member: Member
    packs: tuple[DdlPack, ...]

    @property
    def replayable(self) -> bool:
        """Whether recorded statements do all of it."""
        return all(pack.atomic for pack in self.packs)


@dataclass(slots=True)
class Plan:
    """The fleet, measured against this release.

    Attributes:
        current: tenants that need nothing.
        work: what the others need, canaries first.
        ahead: tenants with migrations of which this release has no file.
        packs: number of distinct (segment, state) pairs among those with work.
    """

    release: str
    current: list[Member] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)
    ahead: list[Member] = field(default_factory=list)
    packs: int = 0

    def rings(self) -> Iterator[tuple[int, list[Work]]]:
        """Yield each ring that has work."""
        for ring, works in groupby(self.work, key=lambda work: work.member.ring):
            yield ring, list(works)

    def pending(self) -> list[Key]:
        """Return every migration that some tenant lacks, in order of segments."""
        keys: dict[Key, None] = {}
        for work in self.work:
            for pack in work.packs:
                keys |= {(app, name): None for app, name in pack.migrations}  # noqa: C420  lists in JSON
        return list(keys)


def release_name() -> str:
    """Return the fingerprint of all segments of this release."""
    text = "\n".join(f"{segment} {target_digest(segment)}" for segment in segments())
    return sha256(text.encode()).hexdigest()


def make_plan(
    tenant_ids: Iterable[UUID] | None = None,
    *,
    progress: Callable[[str], None] = lambda _text: None,
) -> Plan:
    """Read where every tenant stands and build what is missing.

    Args:
        tenant_ids: only these.
        progress: told which pack is being built; that takes seconds, the rest does not.
    """
    plan = Plan(release=release_name())
    packs: dict[tuple[str, tuple[Key, ...]], DdlPack] = {}
    for member in read_fleet(tenant_ids):
        if member.unknown():
            plan.ahead.append(member)
            continue
        needed = []
        for segment in member.segments:
            if not member.pending_of(segment):
                continue
            key = (segment, member.applied_of(segment))
            if key not in packs:
                progress(segment)
                packs[key] = pack_for(segment, key[1])
            needed.append(packs[key])
        if needed:
            plan.work.append(Work(member, tuple(needed)))
        else:
            plan.current.append(member)
    plan.packs = len(packs)
    return plan


def note_releases(members: Iterable[Member]) -> int:
    """Write down the release of tenants that need nothing else; return how many were behind.

    A release's fingerprint may change without a migration: a newer Django
    compiles the same migrations.
    """
    behind = 0
    with public_context():
        for member in members:
            stale = [s for s in member.segments if member.installed_release[s] != target_digest(s)]
            behind += bool(stale)
            for segment in stale:
                if segment == KERNEL:
                    Tenant.objects.filter(pk=member.id).update(release=target_digest(KERNEL))
                else:
                    ModuleInstall.objects.filter(tenant_id=member.id, module=segment).update(
                        release=target_digest(segment)
                    )
    return behind
