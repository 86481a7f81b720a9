"""What the pages of templates show."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Max, Q
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from channel_center.snapshots.models import Following, Template, Version
from channel_center.snapshots.services.templates import own_template, usable_templates
from kernel.snapshots.contract import Content
from kernel.snapshots.models import Application, AppliedPiece
from kernel.snapshots.registry import part_with
from kernel.snapshots.services.comparing import Difference, Kind
from kernel.tenancy.context import public_context, tenant_context
from tenants.choices import JobKind, JobState
from tenants.directory import to_ref
from tenants.models import Job, Tenant

_MOST: Final = 50
_SHORT: Final = 120
_KINDS: Final[dict[Kind, tuple[str | Promise, str]]] = {
    Kind.NEW: (_("New"), "good"),
    Kind.CHANGED: (_("Changed in the template"), "warn"),
    Kind.OWN: (_("The shop has its own"), "bad"),
    Kind.GONE: (_("The shop took it away"), "bad"),
    Kind.DROPPED: (_("The template has it no more"), "warn"),
}


@dataclass(frozen=True, slots=True)
class ListedTemplate:
    """A template as a list shows it."""

    template: Template
    number: int
    followers: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """A template with its versions, and the shops that have it."""

    template: Template
    versions: Sequence[tuple[Version, Sequence[tuple[str | Promise, int]]]]
    followers: Sequence[tuple[Tenant, int]]
    others: Sequence[Tenant]


@dataclass(frozen=True, slots=True)
class Change:
    """One member of a thing that would be another."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A difference as people read it."""

    place: str
    label: str
    kind: str | Promise
    tone: str
    is_chosen: bool
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Brought:
    """What was brought at one time."""

    application: Application
    count: int
    faults: Sequence[AppliedPiece]


def listed_templates(channel_id: UUID | None, *, text: str = "") -> list[ListedTemplate]:
    """Return one's own templates, and those from above that may be used."""
    usable = usable_templates(channel_id).values("pk")
    rows = (
        Template.objects.filter(Q(channel_id=channel_id) | Q(pk__in=usable), archived_at=None)
        .filter(source_id=None)
        .annotate(top=Max("versions__number"), shops=Count("followers", distinct=True))
        .order_by("name", "pk")
    )
    if text := text.strip():
        rows = rows.filter(Q(name__icontains=text) | Q(industry__icontains=text))
    return [
        ListedTemplate(row, row.top or 0, row.shops, row.channel_id == channel_id) for row in rows
    ]


def template_page(template_id: UUID, *, channel_id: UUID | None) -> TemplatePage:
    """Return one of one's own templates.

    Raises:
        UnknownTemplate: there is none, or it is another's.
    """
    row = own_template(template_id, channel_id=channel_id)
    versions = Version.objects.filter(template=row).order_by("-number")[:_MOST]
    have = dict(Following.objects.filter(template=row).values_list("tenant_id", "version"))
    tenants = Tenant.objects.exclude(schema_name="").order_by("name")
    if channel_id is not None:
        tenants = tenants.filter(channel_id=channel_id)
    followers = [(tenant, have[tenant.pk]) for tenant in tenants.filter(pk__in=have)]
    return TemplatePage(
        template=row,
        versions=[(version, _counts(version)) for version in versions],
        followers=followers,
        others=list(tenants.exclude(pk__in=have)[:_MOST]),
    )


def groups_of(found: Iterable[Difference]) -> list[tuple[str | Promise, list[Shown]]]:
    """Return differences under the names of their parts, in words."""
    return [
        (_label(code), [_shown(item) for item in items])
        for code, items in groupby(found, key=lambda item: item.part)
    ]


def applications_in(tenant: Tenant) -> list[Brought]:
    """Return what was brought into a shop, the newest first."""
    with tenant_context(to_ref(tenant)):
        rows = list(Application.objects.order_by("-applied_at")[:_MOST])
        pieces = list(AppliedPiece.objects.filter(application__in=rows).order_by("id"))
    found = []
    for row in rows:
        own = [piece for piece in pieces if piece.application_id == row.pk]
        faults = [piece for piece in own if piece.fault]
        found.append(Brought(row, len(own) - len(faults), faults))
    return found


def open_job(tenant: Tenant) -> Job | None:
    """Return the job that brings a template into a shop just now, or that failed last."""
    with public_context():
        job = Job.objects.filter(tenant=tenant, kind=JobKind.TEMPLATE).order_by("-pk").first()
    return job if job is not None and job.state != JobState.DONE else None


def _counts(version: Version) -> list[tuple[str | Promise, int]]:
    return [(_label(code), len(items)) for code, items in version.content.items()]


def _label(code: str) -> str | Promise:
    part = part_with(code)
    return part.label if part else code


def _shown(item: Difference) -> Shown:
    label, tone = _KINDS[item.kind]
    return Shown(
        place=f"{item.part}|{item.key}",
        label=item.label,
        kind=label,
        tone=tone,
        is_chosen=item.is_chosen,
        changes=_changes(item.here, item.there),
    )


def _changes(here: Content | None, there: Content | None) -> list[Change]:
    if here is None or there is None:
        return []
    before, after = dict(_flat(here)), dict(_flat(there))
    return [
        Change(name, before.get(name, "—"), after.get(name, "—"))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ][:_MOST]


def _flat(content: Any, name: str = "") -> Iterable[tuple[str, str]]:
    if isinstance(content, dict):
        for key, value in content.items():
            if not str(key).startswith("_"):
                yield from _flat(value, f"{name} · {key}" if name else str(key))
    elif isinstance(content, list) and any(isinstance(item, dict | list) for item in content):
        for number, value in enumerate(content, start=1):
            yield from _flat(value, f"{name} {number}")
    else:
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        yield name, strip_tags(text)[:_SHORT]
