"""Makes, rotates, revokes and reads partners' API keys."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from channel_center.partners.choices import SCOPES
from channel_center.partners.errors import InvalidPartnerKey, UnknownPartnerKey
from channel_center.partners.models import PartnerKey
from kernel.access.programs import AddressRefused, Program, ProgramRefused
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from kernel.keys.reading import digest_of, is_within
from kernel.tenancy.context import public_context

MOST_A_MINUTE: Final = 6_000
BOTH_GOOD: Final = timedelta(hours=24)
_PREFIX_LENGTH: Final = 10
_LONGEST: Final = 200
_NOTED_EVERY: Final = timedelta(minutes=1)
_MOST_NETWORKS: Final = 50


@dataclass(frozen=True, slots=True)
class PartnerProgram(Program):
    """A program of a partner.

    Attributes:
        channel_id: whose it is.
    """

    channel_id: UUID


@public_context()
@transaction.atomic
def make_key(
    channel_id: UUID,
    *,
    name: str,
    scopes: Collection[str],
    actor: Actor,
    networks: Sequence[str] = (),
    expires_at: datetime | None = None,
) -> tuple[PartnerKey, str]:
    """Make a key; the text is returned here and never again.

    Raises:
        InvalidPartnerKey: ``field`` says what cannot be used.
    """
    name = " ".join(name.replace("\x00", "").split())[:80]
    if not name:
        raise InvalidPartnerKey(_("A name is needed."), field="name")
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(SCOPES):
        raise InvalidPartnerKey(_("Choose at least one scope."), field="scopes")
    if expires_at is not None and expires_at <= utc_now():
        raise InvalidPartnerKey(_("This moment is over already."), field="expires_at")
    text = _drawn()
    row = PartnerKey.objects.create(
        channel_id=channel_id,
        name=name,
        scopes=wanted,
        networks=_networks(networks),
        prefix=text[:_PREFIX_LENGTH],
        digest=digest_of(text),
        made_by=actor.name[:200],
        expires_at=expires_at,
    )
    after = {"name": name, "scopes": wanted, "prefix": row.prefix}
    record(action="partners.key_made", actor=actor, obj=("key", row.public_id), after=after)
    return row, text


@public_context()
@transaction.atomic
def rotate_key(channel_id: UUID, key_id: UUID, *, actor: Actor) -> tuple[PartnerKey, str]:
    """Give a key a new text; the old one is good for a day.

    Raises:
        UnknownPartnerKey: the partner has none like it that is good.
    """
    row = _locked(channel_id, key_id)
    text = _drawn()
    row.former_digest, row.former_until = row.digest, utc_now() + BOTH_GOOD
    row.digest, row.prefix = digest_of(text), text[:_PREFIX_LENGTH]
    row.save(update_fields=["former_digest", "former_until", "digest", "prefix"])
    after = {"name": row.name, "prefix": row.prefix}
    record(action="partners.key_rotated", actor=actor, obj=("key", row.public_id), after=after)
    return row, text


@public_context()
@transaction.atomic
def revoke_key(channel_id: UUID, key_id: UUID, *, actor: Actor) -> None:
    """Make a key good for nothing, at once and for good.

    Raises:
        UnknownPartnerKey: the partner has none like it that is good.
    """
    row = _locked(channel_id, key_id)
    row.revoked_at, row.former_digest, row.former_until = utc_now(), "", None
    row.save(update_fields=["revoked_at", "former_digest", "former_until"])
    after = {"name": row.name}
    record(action="partners.key_revoked", actor=actor, obj=("key", row.public_id), after=after)


@public_context()
def read_key(text: str, *, owner: UUID | None, address: str, now: datetime) -> PartnerProgram:
    """Return the program whose key is shown at its owner's host, and note that it was used.

    Raises:
        ProgramRefused: the owner has no such key, it has expired or was revoked.
        AddressRefused: it may not be used from where the request comes.
    """
    digest = digest_of(text[: _LONGEST + 1])
    same = Q(digest=digest) | Q(former_digest=digest, former_until__gt=now)
    unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
    rows = PartnerKey.objects.filter(same, unexpired, channel=owner, revoked_at=None)
    row = rows.first() if owner is not None else None
    if row is None:
        raise ProgramRefused
    if not is_within(address, row.networks):
        raise AddressRefused(address=address)
    if row.last_used_at is None or row.last_used_at <= now - _NOTED_EVERY:
        PartnerKey.objects.filter(pk=row.pk).update(last_used_at=now)
    return PartnerProgram(
        row.pk, row.public_id, row.name, frozenset(row.scopes), row.a_minute, row.channel_id
    )


def _locked(channel_id: UUID, key_id: UUID) -> PartnerKey:
    rows = PartnerKey.objects.select_for_update().filter(pk=key_id, channel=channel_id)
    row = rows.filter(revoked_at=None).first()
    if row is None:
        raise UnknownPartnerKey
    return row


def _networks(told: Sequence[str]) -> list[str]:
    if len(told) > _MOST_NETWORKS:
        text = _("At most %(number)s networks.") % {"number": _MOST_NETWORKS}
        raise InvalidPartnerKey(text, field="networks")
    found = []
    for each in told:
        try:
            found.append(str(ipaddress.ip_network(each.strip(), strict=False)))
        except ValueError:
            text = _("“%(text)s” is no address and no network.") % {"text": each[:60]}
            raise InvalidPartnerKey(text, field="networks") from None
    return found


def _drawn() -> str:
    return f"chk_{token_urlsafe(32)}"
