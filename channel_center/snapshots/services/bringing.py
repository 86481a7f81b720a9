"""Brings versions of templates into shops as jobs, and takes them back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import transaction

from channel_center.snapshots.errors import NothingToBring, UnknownTemplate
from channel_center.snapshots.files import TemplateFiles
from channel_center.snapshots.models import Following, Version
from channel_center.snapshots.services.templates import (
    carried_by,
    latest,
    own_tenant,
    usable_templates,
)
from kernel.audit.actor import Actor
from kernel.snapshots.models import Application, AppliedPiece
from kernel.snapshots.services.applying import Place, begin, bring, undo
from kernel.snapshots.services.comparing import Difference, Kind, compare
from kernel.tenancy.context import public_context, tenant_context
from tenants.choices import LIVING, JobKind
from tenants.directory import to_ref
from tenants.errors import JobOpen
from tenants.models import Job, Tenant
from tenants.services import jobs
from tenants.services.heartbeat import Heartbeat
from tenants.services.jobs import Step, remember
from tenants.services.steps.shared import actor_of, tenant_now

_SEPARATOR: Final = "\x1f"
_WANTED: Final = 0
_CLOCK: Final = Actor.system("templates")


def dry_run(
    template_id: UUID, tenant_id: UUID, *, channel_id: UUID | None
) -> tuple[Version, list[Difference]]:
    """Return the newest version of a template, and how it differs from a shop; changes nothing.

    Raises:
        UnknownTemplate, UnknownTenant: there is none, or it is another's.
        NothingToBring: the template has no version.
    """
    with public_context():
        version = _usable(template_id, channel_id)
        tenant = own_tenant(tenant_id, channel_id=channel_id)
    with tenant_context(to_ref(tenant)):
        found = compare(template_id, carried_by(version))
    return version, [item for item in found if item.kind != Kind.SAME]


@public_context()
@transaction.atomic
def push(
    template_id: UUID,
    tenant_id: UUID,
    *,
    channel_id: UUID | None,
    actor: Actor,
    number: int | None = None,
    chosen: Collection[Place] | None = None,
) -> Job:
    """Have the newest version brought into a shop by a worker; the shop follows it from then on.

    Args:
        template_id: of the template.
        tenant_id: the shop.
        channel_id: who asks; None for the operator.
        actor: who asks.
        number: the version that was looked at; another one is not brought.
        chosen: part and key of what is wanted; None for what is new, or changed in the
            template alone.

    Raises:
        UnknownTemplate, UnknownTenant: there is none, or it is another's.
        NothingToBring: nothing was chosen, or another version is the newest by now.
        JobOpen: another job on the shop has not ended.
    """
    version = _usable(template_id, channel_id)
    tenant = own_tenant(tenant_id, channel_id=channel_id)
    if (number is not None and number != version.number) or (chosen is not None and not chosen):
        raise NothingToBring
    job = start_bringing(version, tenant, actor=actor, chosen=chosen)
    Following.objects.update_or_create(
        template=version.template, tenant_id=tenant.pk, defaults={"version": version.number}
    )
    return job


def start_bringing(
    version: Version,
    tenant: Tenant,
    *,
    actor: Actor,
    chosen: Collection[Place] | None = None,
    always: Collection[Place] = (),
) -> Job:
    """Have a version brought by a worker; the caller has seen that it may be.

    Raises:
        JobOpen: another job on the shop has not ended.
    """
    data: dict[str, object] = {"version": str(version.pk), "always": _texts(always)}
    if chosen is not None:
        data["chosen"] = _texts(chosen)
    return jobs.start(tenant.pk, JobKind.TEMPLATE, actor=actor, data=data)


@public_context()
@transaction.atomic
def begin_with(
    template_id: UUID, tenant_id: UUID, *, channel_id: UUID | None, actor: Actor
) -> None:
    """Let a shop that was opened just now begin with a template.

    Where it is still being set up, `bring_wanted` goes on when it stands.

    Raises:
        UnknownTemplate, UnknownTenant: there is none, or it is another's.
        NothingToBring: the template has no version.
    """
    version = _usable(template_id, channel_id)
    try:
        with transaction.atomic():
            push(template_id, tenant_id, channel_id=channel_id, actor=actor)
    except JobOpen:
        Following.objects.create(template=version.template, tenant_id=tenant_id, version=_WANTED)


@public_context()
def bring_wanted() -> int:
    """Bring templates into shops that were still being set up; return into how many."""
    tenants = Tenant.objects.filter(state__in=LIVING)
    begun = 0
    for row in Following.objects.filter(version=_WANTED, tenant_id__in=tenants.values("pk")):
        channel_id = tenants.values_list("channel_id", flat=True).get(pk=row.tenant_id)
        try:
            push(row.template_id, row.tenant_id, channel_id=channel_id, actor=_CLOCK)
        except JobOpen:
            continue
        except (UnknownTemplate, NothingToBring):
            # It was taken out of use meanwhile: the shop begins empty.
            row.delete()
        else:
            begun += 1
    return begun


def take_back(
    application_id: UUID, tenant_id: UUID, *, channel_id: UUID | None, actor: Actor
) -> tuple[int, int]:
    """Put back what stood in a shop before a version was brought.

    Returns:
        How many things were put back, and how many stay since they were changed after.

    Raises:
        UnknownTenant: there is none, or it is another's.
        UnknownApplication: nothing of the kind was brought, or it was taken back.
    """
    with public_context():
        tenant = own_tenant(tenant_id, channel_id=channel_id)
    with tenant_context(to_ref(tenant)):
        return undo(application_id, files=TemplateFiles(), actor=actor)


def define_steps() -> None:
    """Say how the job goes; called at start."""
    jobs.define(JobKind.TEMPLATE, [Step("begin", _begin), Step("bring", _bring, atomic=False)])


def _begin(job: Job) -> None:
    with public_context():
        version = Version.objects.select_related("template").get(pk=job.data["version"])
    with tenant_context(to_ref(tenant_now(job.tenant_id))):
        template = version.template
        # Owners are not told from whose shop pages were copied, but what it was called.
        name = version.note if template.source_id else template.name
        row = begin(template.pk, name, version.number, actor=actor_of(job))
    remember(job, application=str(row.pk))


def _bring(job: Job) -> None:
    with public_context():
        version = Version.objects.get(pk=job.data["version"])
    wanted = job.data.get("chosen")
    chosen = None if wanted is None else {_place(each) for each in wanted}
    tenant = to_ref(tenant_now(job.tenant_id))
    with Heartbeat(job) as heart, tenant_context(tenant):
        application = Application.objects.get(pk=job.data["application"])
        bring(
            application,
            carried_by(version),
            files=TemplateFiles(),
            actor=actor_of(job),
            chosen=chosen,
            always={_place(each) for each in job.data.get("always", ())},
            tell=heart.at,
        )
        pieces = AppliedPiece.objects.filter(application=application).order_by("id")
        faults = [each.fault for each in pieces if each.fault]
    with transaction.atomic():
        remember(job, brought=len(pieces) - len(faults), faults=len(faults), fault=faults[:1])


def _texts(places: Collection[Place]) -> list[str]:
    return [_SEPARATOR.join(place) for place in places]


def _place(text: str) -> Place:
    part, _separator, key = text.partition(_SEPARATOR)
    return part, key


def _usable(template_id: UUID, channel_id: UUID | None) -> Version:
    template = usable_templates(channel_id).filter(pk=template_id).first()
    if template is None:
        raise UnknownTemplate
    return latest(template)
