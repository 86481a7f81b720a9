"""The tree of partners: terms, applications, and where a partner stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from channel_center.errors import ChannelTaken, InvalidChannel, UnknownChannel
from channel_center.models import Channel
from channel_center.partners.choices import ApplicationState, PartnerRole
from channel_center.partners.errors import (
    AlreadyDecided,
    ApplicationWaits,
    ChannelCycle,
    InvalidTerms,
    TooDeep,
    UnknownApplication,
)
from channel_center.partners.models import Application, Terms
from channel_center.partners.services.people import Invited, PersonDraft, invite
from channel_center.partners.services.standing import path_of, refuse_if_held
from channel_center.partners.services.telling import tell
from channel_center.services.channels import check_particulars, create_channel
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from kernel.reference.services import is_currency
from kernel.tenancy.context import public_context

MOST_CREDIT_MINOR: Final = 10**13


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerDraft:
    """What a sub-partner shall be; see `Application`."""

    name: str
    slug: str
    host: str
    person_name: str
    person_email: str
    brand: Mapping[str, str] = field(default_factory=dict)
    levels_below: int = 0


def terms_of(channel_id: UUID) -> Terms:
    """Return what a partner may do; the narrowest terms where none were set."""
    return Terms.objects.filter(pk=channel_id).first() or Terms(channel_id=channel_id)


@public_context()
@transaction.atomic
def set_terms(
    channel_id: UUID,
    *,
    levels_below: int,
    approves_below: bool,
    credit_limit_minor: int,
    currency: str,
    actor: Actor,
) -> Terms:
    """Say what a partner may do.

    Raises:
        UnknownChannel: there is no such partner.
        InvalidTerms: ``field`` says what cannot be used.
        TooDeep: the tree would have more levels than the installation allows, or it has
            more below the partner already.
    """
    _lock_tree()
    channel = Channel.objects.filter(pk=channel_id).first()
    if channel is None:
        raise UnknownChannel
    if not 0 <= credit_limit_minor <= MOST_CREDIT_MINOR:
        raise InvalidTerms(field="credit_limit")
    if not is_currency(currency):
        raise InvalidTerms(field="currency")
    _refuse_too_deep(len(path_of(channel_id)) + levels_below)
    if levels_below < _height_of(channel_id):
        raise TooDeep(most=levels_below)
    before = terms_of(channel_id)
    after = {
        "levels_below": levels_below,
        "approves_below": approves_below,
        "credit_limit_minor": credit_limit_minor,
        "currency": currency,
    }
    row, _made = Terms.objects.update_or_create(channel=channel, defaults=after)
    record(
        action="partners.terms_set",
        actor=actor,
        obj=("channel", channel.public_id),
        before={name: getattr(before, name) for name in after},
        after={"name": channel.name, **after},
    )
    return row


@public_context()
@transaction.atomic
def apply_below(
    parent_id: UUID, draft: PartnerDraft, *, actor: Actor
) -> tuple[Application, Invited | None]:
    """Ask for a sub-partner; it is there at once where the terms want nobody's approval.

    Returns:
        The application, and how its first person is let in once it is approved.

    Raises:
        PartnerHeld: the partner, or one above it, is held back.
        TooDeep: the terms allow no further level.
        InvalidChannel, InvalidDomain, DomainTaken, ChannelTaken, InvalidTenantName: bad input.
        ApplicationWaits: another with the short name or the host name waits.
    """
    _lock_tree()
    refuse_if_held(parent_id)
    terms = terms_of(parent_id)
    if not 0 <= draft.levels_below < terms.levels_below:
        raise TooDeep(most=terms.levels_below)
    _refuse_too_deep(len(path_of(parent_id)) + 1 + draft.levels_below)
    row = _kept(parent_id, draft, actor=actor)
    record(
        action="partners.applied",
        actor=actor,
        obj=("application", row.public_id),
        after={"name": row.name, "host": row.host},
    )
    return row, _approve(row, actor=actor) if terms.approves_below else None


def _kept(parent_id: UUID, draft: PartnerDraft, *, actor: Actor) -> Application:
    name, host, brand = check_particulars(
        name=draft.name, slug=draft.slug, host=draft.host, brand=draft.brand
    )
    if Channel.objects.filter(slug=draft.slug).exists():
        raise ChannelTaken
    if Channel.objects.filter(host=host).exists():
        raise ChannelTaken
    try:
        validate_email(draft.person_email)
    except ValidationError as error:
        raise InvalidChannel(field="person_email") from error
    if not draft.person_name.strip():
        raise InvalidChannel(field="person_name")
    try:
        with transaction.atomic():
            return Application.objects.create(
                parent_id=parent_id,
                name=name,
                slug=draft.slug,
                host=host,
                brand=brand,
                person_name=draft.person_name.strip()[:80],
                person_email=draft.person_email.lower(),
                levels_below=draft.levels_below,
                asked_by=actor.name[:200],
            )
    except IntegrityError as error:
        raise ApplicationWaits from error


@public_context()
@transaction.atomic
def approve(application_id: UUID, *, actor: Actor) -> tuple[Application, Invited]:
    """Let an application become a partner, and let its first person in.

    Raises:
        UnknownApplication, AlreadyDecided: it does not wait.
        TooDeep, PartnerHeld: what held when it was asked for holds no more.
        ChannelTaken, DomainTaken, EmailTaken: somebody took what it wants meanwhile.
    """
    _lock_tree()
    row = _waiting(application_id)
    refuse_if_held(row.parent_id)
    if row.levels_below >= terms_of(row.parent_id).levels_below:
        raise TooDeep(most=terms_of(row.parent_id).levels_below)
    return row, _approve(row, actor=actor)


@public_context()
@transaction.atomic
def refuse(application_id: UUID, *, reason: str, actor: Actor) -> Application:
    """Refuse an application, with a reason that the partner reads.

    Raises:
        UnknownApplication, AlreadyDecided: it does not wait.
        InvalidTerms: there is no reason.
    """
    row = _waiting(application_id)
    if not reason.strip():
        raise InvalidTerms(_("Say why."), field="reason")
    row.state, row.reason = ApplicationState.REFUSED, reason.strip()[:300]
    _decided(row, actor=actor)
    record(
        action="partners.refused",
        actor=actor,
        obj=("application", row.public_id),
        after={"name": row.name},
        reason=row.reason,
    )
    said = {"application": row.public_id, "name": row.name, "reason": row.reason}
    tell(row.parent_id, "partner.refused", about=row.public_id, data=said)
    return row


@public_context()
@transaction.atomic
def move_partner(channel_id: UUID, *, parent_id: UUID | None, actor: Actor) -> Channel:
    """Put a partner with all below it under another one, or right below the operator.

    Raises:
        UnknownChannel: one of the two is not there.
        ChannelCycle: the other one is itself, or stands below it.
        TooDeep: the tree would have more levels than are allowed.
    """
    _lock_tree()
    channel = Channel.objects.filter(pk=channel_id).first()
    if channel is None:
        raise UnknownChannel
    height = _height_of(channel_id)
    above = path_of(parent_id) if parent_id is not None else []
    if parent_id is not None:
        if not Channel.objects.filter(pk=parent_id).exists():
            raise UnknownChannel
        if channel_id in above:
            raise ChannelCycle
        most = terms_of(parent_id).levels_below
        if height + 1 > most:
            raise TooDeep(most=most)
    _refuse_too_deep(len(above) + 1 + height)
    before, channel.parent_id = channel.parent_id, parent_id
    channel.save(update_fields=["parent_id"])
    record(
        action="partners.moved",
        actor=actor,
        obj=("channel", channel.public_id),
        before={"parent": _public_id_of(before)},
        after={"name": channel.name, "parent": _public_id_of(parent_id)},
    )
    return channel


def _approve(row: Application, *, actor: Actor) -> Invited:
    channel = create_channel(
        name=row.name,
        slug=row.slug,
        host=row.host,
        brand=row.brand,
        parent_id=row.parent_id,
        actor=actor,
    )
    parent = terms_of(row.parent_id)
    Terms.objects.create(channel=channel, levels_below=row.levels_below, currency=parent.currency)
    draft = PersonDraft(name=row.person_name, email=row.person_email, role=PartnerRole.OWNER)
    invited = invite(channel.pk, draft, actor=actor)
    row.state, row.channel = ApplicationState.APPROVED, channel
    _decided(row, actor=actor)
    record(
        action="partners.approved",
        actor=actor,
        obj=("application", row.public_id),
        after={"name": row.name, "channel": channel.public_id},
    )
    said = {"application": row.public_id, "partner": channel.public_id, "name": row.name}
    tell(row.parent_id, "partner.approved", about=row.public_id, data=said)
    return invited


def _decided(row: Application, *, actor: Actor) -> None:
    row.decided_by, row.decided_at = actor.name[:200], utc_now()
    row.save(update_fields=["state", "reason", "channel", "decided_by", "decided_at"])


def _waiting(application_id: UUID) -> Application:
    rows = Application.objects.select_for_update(of=("self",)).filter(pk=application_id)
    row = rows.first()
    if row is None:
        raise UnknownApplication
    if row.state != ApplicationState.WAITING:
        raise AlreadyDecided
    return row


def _lock_tree() -> None:
    """Let one change the tree at a time: two moves at once could close a circle."""
    list(Channel.objects.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def _height_of(channel_id: UUID) -> int:
    """Return how many levels stand below a partner; one query a level."""
    height, level = 0, [channel_id]
    while level := list(Channel.objects.filter(parent__in=level).values_list("pk", flat=True)):
        height += 1
    return height


def _refuse_too_deep(levels: int) -> None:
    if levels > settings.STOA_CHANNEL_LEVELS:
        raise TooDeep(most=settings.STOA_CHANNEL_LEVELS)


def _public_id_of(channel_id: UUID | None) -> str:
    return Channel(pk=channel_id).public_id if channel_id is not None else ""
