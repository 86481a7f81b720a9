"""Makes templates, takes versions of them from shops, and says who may use which."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from channel_center.models import Channel
from channel_center.snapshots.errors import (
    InvalidTemplate,
    NothingToBring,
    TemplateTooLarge,
    UnknownTemplate,
)
from channel_center.snapshots.files import TemplateFiles
from channel_center.snapshots.models import Template, Version
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from kernel.snapshots.contract import Piece
from kernel.snapshots.registry import parts
from kernel.snapshots.services.comparing import Carried, take
from kernel.tenancy.context import public_context, tenant_context
from kernel.tenancy.errors import UnknownTenant
from tenants.directory import to_ref
from tenants.models import Tenant

MOST_PIECES: Final = 2_000
MOST_CONTENT: Final = 8 * 1024 * 1024
"""Bytes of a version's content as JSON, without files."""
_LONGEST: Final = {"name": 120, "industry": 80, "summary": 500}


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is said of a template."""

    name: str
    industry: str = ""
    summary: str = ""
    is_shared: bool = False


@public_context()
@transaction.atomic
def make_template(told: Particulars, *, channel_id: UUID | None, actor: Actor) -> Template:
    """Make a template without a version.

    Args:
        told: what is said of it.
        channel_id: whose it is; None for the operator's.
        actor: who makes it.

    Raises:
        InvalidTemplate: a text is missing or too long.
    """
    row = Template.objects.create(channel_id=channel_id, **_checked(told))
    record(
        action="templates.made",
        actor=actor,
        obj=("shop_template", row.public_id),
        after={"name": row.name, "shared": row.is_shared},
    )
    return row


@public_context()
@transaction.atomic
def change_template(
    template_id: UUID, told: Particulars, *, channel_id: UUID | None, actor: Actor
) -> Template:
    """Say something else of a template.

    Raises:
        UnknownTemplate: there is none, or it is another's.
        InvalidTemplate: a text is missing or too long.
    """
    row = own_template(template_id, channel_id=channel_id, lock=True)
    values = _checked(told)
    before = {name: getattr(row, name) for name in values}
    Template.objects.filter(pk=row.pk).update(**values)
    record(
        action="templates.changed",
        actor=actor,
        obj=("shop_template", row.public_id),
        before=before,
        after=values,
    )
    row.refresh_from_db()
    return row


@public_context()
@transaction.atomic
def archive_template(template_id: UUID, *, channel_id: UUID | None, actor: Actor) -> None:
    """Take a template out of use; shops that were opened from it stay as they are.

    Raises:
        UnknownTemplate: there is none, or it is another's.
    """
    row = own_template(template_id, channel_id=channel_id, lock=True)
    Template.objects.filter(pk=row.pk).update(archived_at=utc_now())
    record(
        action="templates.archived",
        actor=actor,
        obj=("shop_template", row.public_id),
        before={"name": row.name},
    )


def take_version(
    template_id: UUID,
    tenant_id: UUID,
    codes: Sequence[str],
    *,
    channel_id: UUID | None,
    actor: Actor,
    note: str = "",
) -> Version:
    """Take what a shop has as the next version of a template.

    Args:
        template_id: of the template.
        tenant_id: the shop; one of whoever asks.
        codes: the parts that are taken.
        channel_id: who asks; None for the operator.
        actor: who takes it.
        note: what is new.

    Raises:
        UnknownTemplate, UnknownTenant: there is none, or it is another's.
        InvalidTemplate: no part was named, or the note is too long.
        NothingToBring: the shop has nothing of the kind.
        TemplateTooLarge: it has too much.
    """
    with public_context():
        template = own_template(template_id, channel_id=channel_id)
        tenant = own_tenant(tenant_id, channel_id=channel_id)
    known = {part.code for part in parts()}
    if not codes or set(codes) - known:
        raise InvalidTemplate(_("Choose what is taken."), field="parts")
    if len(note) > _LONGEST["summary"]:
        raise InvalidTemplate(field="note")
    files = TemplateFiles()
    with tenant_context(to_ref(tenant)):
        carried = take(codes, files)
    with public_context(), transaction.atomic():
        own_template(template_id, channel_id=channel_id, lock=True)
        row = add_version(template, carried, files, tenant=tenant, note=note, actor=actor)
        record(
            action="templates.version_taken",
            actor=actor,
            obj=("shop_template", template.public_id),
            after={"number": row.number, "shop": tenant.public_id, "parts": sorted(codes)},
        )
    return row


def add_version(
    template: Template,
    carried: Carried,
    files: TemplateFiles,
    *,
    tenant: Tenant,
    note: str,
    actor: Actor,
) -> Version:
    """Keep what was taken from a shop; in the caller's transaction, which locks the template.

    Raises:
        NothingToBring: nothing was taken.
        TemplateTooLarge: too much was.
    """
    content = _as_json(carried)
    last = Version.objects.filter(template=template).aggregate(top=Max("number"))["top"]
    return Version.objects.create(
        template=template,
        number=(last or 0) + 1,
        content=content,
        digests=sorted(files.digests),
        taken_from=tenant.name,
        note=note.strip(),
        made_by=str(actor)[:200],
    )


def carried_by(version: Version) -> Carried:
    """Return the pieces of a version, by part."""
    return {
        code: [Piece(item["key"], item["label"], item["content"]) for item in items]
        for code, items in version.content.items()
    }


def usable_templates(channel_id: UUID | None) -> QuerySet[Template]:
    """Return the templates from which somebody may open shops: own and shared from above."""
    rows = Template.objects.filter(archived_at=None, source_id=None, versions__isnull=False)
    rows = rows.distinct()
    if channel_id is None:
        return rows.filter(channel_id=None).order_by("name")
    above = Q(channel_id=None) | Q(channel_id__in=_above(channel_id))
    return rows.filter(Q(channel_id=channel_id) | Q(above, is_shared=True)).order_by("name")


def latest(template: Template) -> Version:
    """Return the newest version.

    Raises:
        NothingToBring: there is none.
    """
    found = Version.objects.filter(template=template).order_by("-number").first()
    if found is None:
        raise NothingToBring
    return found


def own_template(template_id: UUID, *, channel_id: UUID | None, lock: bool = False) -> Template:
    """Return a template of whoever asks.

    Raises:
        UnknownTemplate: there is none, or it is another's.
    """
    rows = Template.objects.select_for_update() if lock else Template.objects.all()
    rows = rows.filter(channel_id=channel_id, archived_at=None, source_id=None)
    found = rows.filter(pk=template_id).first()
    if found is None:
        raise UnknownTemplate
    return found


def own_tenant(tenant_id: UUID, *, channel_id: UUID | None) -> Tenant:
    """Return a shop of whoever asks; all are the operator's.

    Raises:
        UnknownTenant: there is none, or it is another's.
    """
    rows = Tenant.objects.filter(pk=tenant_id)
    found = (rows if channel_id is None else rows.filter(channel_id=channel_id)).first()
    if found is None:
        raise UnknownTenant
    return found


def _above(channel_id: UUID) -> list[UUID]:
    """Return the channel partners above one, the nearest first."""
    parents = dict(Channel.objects.values_list("pk", "parent_id"))
    found: list[UUID] = []
    here = parents.get(channel_id)
    while here is not None and here not in found:
        found.append(here)
        here = parents.get(here)
    return found


def _checked(told: Particulars) -> dict[str, Any]:
    values = {name: getattr(told, name).strip() for name in _LONGEST}
    for name, text in values.items():
        if len(text) > _LONGEST[name] or "\x00" in text or (name == "name" and not text):
            raise InvalidTemplate(field=name)
    return {**values, "is_shared": told.is_shared}


def _as_json(carried: Carried) -> dict[str, list[dict[str, Any]]]:
    content = {
        code: [
            {"key": piece.key, "label": piece.label, "content": dict(piece.content)}
            for piece in pieces
        ]
        for code, pieces in carried.items()
        if pieces
    }
    count = sum(len(items) for items in content.values())
    if not count:
        raise NothingToBring
    if count > MOST_PIECES:
        raise TemplateTooLarge(most=MOST_PIECES, pieces=count)
    if len(json.dumps(content).encode()) > MOST_CONTENT:
        raise TemplateTooLarge(most=MOST_CONTENT)
    return content
