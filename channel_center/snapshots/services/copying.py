"""Copies pages of one shop into others: taken once, compared with each, brought as jobs.

What was copied from a shop before is remembered under one template that nobody is offered,
so that a second copy knows what each shop changed since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from channel_center.snapshots.errors import InvalidTemplate, UnknownTemplate
from channel_center.snapshots.files import TemplateFiles
from channel_center.snapshots.models import Template, Version
from channel_center.snapshots.services.bringing import start_bringing
from channel_center.snapshots.services.templates import add_version, carried_by, own_tenant
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.snapshots.contract import Piece
from kernel.snapshots.services.comparing import Carried, Kind, compare, take
from kernel.tenancy.context import public_context, tenant_context
from tenants.directory import to_ref
from tenants.models import Job, Tenant
from themes.carried import DraftsPart, LookPart, PagesPart
from themes.names import PART
from themes.packs.wearing import worn
from themes.reusing import parts_named

LONGEST_TITLE: Final = 120
_PAGES: Final = PagesPart.code
_DRAFTS: Final = DraftsPart.code
_LOOK: Final = LookPart.code


@dataclass(frozen=True, slots=True)
class Wish:
    """What is copied, and how.

    Attributes:
        keys: of the pages; the reusable parts that they show go along.
        title: what the owners of the other shops read of it.
        with_look: whether the other shops put on the theme and its colours, too.
        as_drafts: whether their owners publish it themselves.
        replaces: whether it is brought over what a shop made its own.
    """

    keys: Sequence[str]
    title: str
    with_look: bool = False
    as_drafts: bool = False
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """What copying would do in a shop, in numbers of pages.

    Attributes:
        comes: new there, or unchanged since it was copied last.
        own: the shop has its own; left alone unless it is to be replaced.
        same: as they should be already.
        wears_another: whether the pages belong to a theme that the shop does not wear.
    """

    tenant: Tenant
    comes: int
    own: int
    same: int
    wears_another: bool


def copyable_pages(tenant_id: UUID, *, channel_id: UUID | None) -> list[Piece]:
    """Return the published pages of a shop, reusable parts last; contents as they are there.

    Raises:
        UnknownTenant: there is none, or it is another's.
    """
    with public_context():
        tenant = own_tenant(tenant_id, channel_id=channel_id)
    with tenant_context(to_ref(tenant)):
        found = take([_PAGES], None)[_PAGES]
    return sorted(found, key=lambda each: _is_part(each.key))


def outlook(
    tenant_id: UUID, targets: Sequence[Tenant], wish: Wish, *, channel_id: UUID | None
) -> list[Outlook]:
    """Return what copying would do in each shop; changes nothing.

    Raises:
        UnknownTenant: there is no such shop to copy from, or it is another's.
        InvalidTemplate: ``field`` says what cannot be used.
    """
    with public_context():
        tenant = own_tenant(tenant_id, channel_id=channel_id)
        rows = Template.objects.filter(channel_id=channel_id, source_id=tenant.pk)
        known = rows.values_list("pk", flat=True).first() or tenant.pk
    carried = _taken(tenant, wish, None)
    return [_outlook(target, known, carried, wish) for target in targets]


def take_pages(tenant_id: UUID, wish: Wish, *, channel_id: UUID | None, actor: Actor) -> Version:
    """Take pages of a shop, with their files, so that they can be brought into others.

    Raises:
        UnknownTenant: there is no such shop, or it is another's.
        InvalidTemplate: ``field`` says what cannot be used.
        TemplateTooLarge: it has too much.
    """
    with public_context():
        tenant = own_tenant(tenant_id, channel_id=channel_id)
    files = TemplateFiles()
    carried = _taken(tenant, wish, files)
    with public_context(), transaction.atomic():
        template, _made = Template.objects.get_or_create(
            channel_id=channel_id, source_id=tenant.pk, defaults={"name": tenant.name}
        )
        Template.objects.select_for_update().get(pk=template.pk)
        row = add_version(template, carried, files, tenant=tenant, note=wish.title, actor=actor)
        record(
            action="templates.pages_taken",
            actor=actor,
            obj=("tenant", tenant.public_id),
            after={"title": wish.title, "pages": len(wish.keys), "drafts": wish.as_drafts},
        )
    return row


@public_context()
@transaction.atomic
def push_pages(
    version_id: UUID, tenant_id: UUID, *, replaces: bool, channel_id: UUID | None, actor: Actor
) -> Job:
    """Have copied pages brought into a shop by a worker.

    Raises:
        UnknownTemplate, UnknownTenant: there is none, or it is another's.
        JobOpen: another job on the shop has not ended.
    """
    version = copied_version(version_id, channel_id=channel_id)
    tenant = own_tenant(tenant_id, channel_id=channel_id)
    places = [(code, each.key) for code, items in carried_by(version).items() for each in items]
    return start_bringing(
        version,
        tenant,
        actor=actor,
        always=[each for each in places if replaces or each[0] == _LOOK],
    )


def copied_version(version_id: UUID, *, channel_id: UUID | None) -> Version:
    """Return pages that were taken to be copied.

    Raises:
        UnknownTemplate: there are none, or they are another's.
    """
    rows = Version.objects.select_related("template").filter(template__source_id__isnull=False)
    row = rows.filter(pk=version_id, template__channel_id=channel_id).first()
    if row is None:
        raise UnknownTemplate
    return row


def _taken(tenant: Tenant, wish: Wish, files: TemplateFiles | None) -> dict[str, list[Piece]]:
    if not wish.title.strip() or len(wish.title) > LONGEST_TITLE:
        raise InvalidTemplate(field="title")
    if wish.as_drafts and wish.with_look:
        raise InvalidTemplate(_("A theme cannot be brought as a draft."), field="with_look")
    with tenant_context(to_ref(tenant)):
        offered = {each.key: each for each in take([_PAGES], None)[_PAGES]}
        if not wish.keys or set(wish.keys) - offered.keys():
            raise InvalidTemplate(_("Choose at least one page."), field="pages")
        keys = _with_parts(wish.keys, offered)
        found = take([_PAGES], files, keys=keys)
        look = take([_LOOK], files) if wish.with_look else {}
    if wish.as_drafts:
        return {_DRAFTS: found[_PAGES]}
    return {**{code: items for code, items in look.items() if items}, **found}


def _with_parts(keys: Sequence[str], offered: dict[str, Piece]) -> set[str]:
    """Return pages and the reusable parts that they show."""
    shown = {each for key in keys for each in parts_named(offered[key].content["doc"])}
    parts = {key for key in offered if _is_part(key) and key.split("/", 2)[2] in shown}
    return {*keys, *parts}


def _is_part(key: str) -> bool:
    return key.split("/", 2)[1] == PART


def _outlook(target: Tenant, template_id: UUID, carried: Carried, wish: Wish) -> Outlook:
    with tenant_context(to_ref(target)):
        found = [each for each in compare(template_id, carried) if each.part != _LOOK]
        preset = worn().code.partition(":")[0]
        live = _same_live(template_id, carried) if wish.as_drafts else set()
    present = [each for each in found if each.there is not None]
    same = {each.key for each in present if each.kind == Kind.SAME} | live
    own = {each.key for each in present if not each.is_chosen} - same
    comes = {each.key for each in present} - same - own
    strange = any(key.split("/", 1)[0] != preset for key in comes | own)
    return Outlook(target, len(comes), len(own), len(same), strange and not wish.with_look)


def _same_live(template_id: UUID, carried: Carried) -> set[str]:
    """Return the pages that visitors of the current shop see as they would be brought."""
    found = compare(template_id, {_PAGES: carried[_DRAFTS]})
    return {each.key for each in found if each.there is not None and each.here == each.there}
