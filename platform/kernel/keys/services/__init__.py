"""Makes, changes, rotates and revokes API keys."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from secrets import choice
from string import ascii_letters, digits
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.access.offered import known_codes
from kernel.access.programs import FOR_PEOPLE
from kernel.access.scopes import Limited
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.keys.errors import InvalidKey, KeyRevoked, UnknownKey
from kernel.keys.models import ApiKey
from kernel.keys.reading import digest_of

MOST_A_MINUTE: Final = 6_000
USUAL_A_MINUTE: Final = 600
MOST_NETWORKS: Final = 50
LONGEST_OVERLAP: Final = timedelta(days=7)
_LETTERS: Final = ascii_letters + digits
_SECRET_LENGTH: Final = 40
_MARK_LENGTH: Final = 6
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDraft:
    """What a key shall be; see `ApiKey`."""

    name: str
    scopes: Collection[str]
    networks: Sequence[str] = field(default_factory=tuple)
    a_minute: int = USUAL_A_MINUTE
    expires_at: datetime | None = None


def offered_scopes(by: Limited) -> list[str]:
    """Return the scopes that somebody may give a key: of his own, all that a program may hold."""
    return [code for code in known_codes() if not code.startswith(FOR_PEOPLE) and by.may(code)]


@transaction.atomic
def make_key(draft: KeyDraft, *, by: Limited, actor: Actor, now: datetime) -> tuple[ApiKey, str]:
    """Make a key; the text is returned here and never again.

    Raises:
        InvalidKey: a value it cannot have, or a scope that ``by`` may not give.
    """
    checked = _checked(draft, by=by, held=(), now=now)
    text = _drawn()
    row = ApiKey.objects.create(
        **checked, prefix=_prefix_of(text), digest=digest_of(text), made_by=actor.name[:80]
    )
    record(action="keys.made", actor=actor, obj=row, after=_told(row), now=now)
    return row, text


@transaction.atomic
def change_key(
    key_id: UUID, draft: KeyDraft, *, by: Limited, actor: Actor, now: datetime
) -> ApiKey:
    """Change what a key may do, from the next request on; its text stays.

    Raises:
        UnknownKey: there is none.
        KeyRevoked: it was revoked.
        InvalidKey: a value it cannot have, or a new scope that ``by`` may not give.
    """
    row = _locked(key_id)
    before = _told(row)
    checked = _checked(draft, by=by, held=row.scopes, now=now)
    for name, value in checked.items():
        setattr(row, name, value)
    row.save(update_fields=list(checked))
    record(action="keys.changed", actor=actor, obj=row, before=before, after=_told(row), now=now)
    return row


@transaction.atomic
def rotate_key(
    key_id: UUID, *, overlap: timedelta, actor: Actor, now: datetime
) -> tuple[ApiKey, str]:
    """Give a key a new text, returned here and never again; the old one is good for a while.

    Raises:
        UnknownKey: there is none.
        KeyRevoked: it was revoked.
        InvalidKey: the old text may not stay good for so long.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        text = _("At most %(days)s days.") % {"days": LONGEST_OVERLAP.days}
        raise InvalidKey(text, field="overlap")
    row = _locked(key_id)
    text = _drawn()
    row.former_digest, row.former_until = (row.digest, now + overlap) if overlap else ("", None)
    row.digest, row.prefix, row.rotated_at = digest_of(text), _prefix_of(text), now
    row.save(update_fields=["former_digest", "former_until", "digest", "prefix", "rotated_at"])
    after = {"name": row.name, "prefix": row.prefix, "former_until": row.former_until}
    record(action="keys.rotated", actor=actor, obj=row, after=after, now=now)
    return row, text


@transaction.atomic
def revoke_key(key_id: UUID, *, actor: Actor, now: datetime) -> ApiKey:
    """Make a key good for nothing, at once and for good; again changes nothing.

    Raises:
        UnknownKey: there is none.
    """
    row = ApiKey.objects.select_for_update().filter(pk=key_id).first()
    if row is None:
        raise UnknownKey
    if row.revoked_at is None:
        row.revoked_at, row.former_digest, row.former_until = now, "", None
        row.save(update_fields=["revoked_at", "former_digest", "former_until"])
        record(action="keys.revoked", actor=actor, obj=row, after={"name": row.name}, now=now)
    return row


def _locked(key_id: UUID) -> ApiKey:
    row = ApiKey.objects.select_for_update().filter(pk=key_id).first()
    if row is None:
        raise UnknownKey
    if row.revoked_at is not None:
        raise KeyRevoked
    return row


def _checked(
    draft: KeyDraft, *, by: Limited, held: Collection[str], now: datetime
) -> dict[str, object]:
    values = asdict(draft)
    values["name"] = _CONTROL.sub(" ", draft.name).strip()
    if not values["name"]:
        raise InvalidKey(_("A name is needed."), field="name")
    values["scopes"] = sorted(set(draft.scopes))
    if not values["scopes"]:
        raise InvalidKey(_("Choose at least one scope."), field="scopes")
    offered = {*offered_scopes(by), *held}
    if missing := [scope for scope in values["scopes"] if scope not in offered]:
        text = _("You cannot give this scope: %(scope)s") % {"scope": missing[0][:80]}
        raise InvalidKey(text, field="scopes")
    values["networks"] = _networks(draft.networks)
    if not 1 <= draft.a_minute <= MOST_A_MINUTE:
        bounds = {"lowest": 1, "highest": MOST_A_MINUTE}
        text = _("From %(lowest)s to %(highest)s is expected.") % bounds
        raise InvalidKey(text, field="a_minute")
    if draft.expires_at is not None and draft.expires_at <= now:
        raise InvalidKey(_("This moment is over already."), field="expires_at")
    return values


def _networks(told: Sequence[str]) -> list[str]:
    if len(told) > MOST_NETWORKS:
        text = _("At most %(number)s networks.") % {"number": MOST_NETWORKS}
        raise InvalidKey(text, field="networks")
    found = []
    for each in told:
        try:
            found.append(str(ipaddress.ip_network(each.strip(), strict=False)))
        except ValueError:
            text = _("“%(text)s” is no address and no network.") % {"text": each[:60]}
            raise InvalidKey(text, field="networks") from None
    return list(dict.fromkeys(found))


def _drawn() -> str:
    """Return a text that nobody guesses: more than 200 bits drawn by chance."""
    mark = "".join(choice(_LETTERS) for _letter in range(_MARK_LENGTH))
    return f"adm_{mark}_" + "".join(choice(_LETTERS) for _letter in range(_SECRET_LENGTH))


def _prefix_of(text: str) -> str:
    return text.rpartition("_")[0]


def _told(row: ApiKey) -> dict[str, object]:
    return {
        "name": row.name,
        "prefix": row.prefix,
        "scopes": row.scopes,
        "networks": row.networks,
        "a_minute": row.a_minute,
        "expires_at": row.expires_at,
    }
