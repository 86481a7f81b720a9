"""Apps of others that a shop knows: registered, changed, removed."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.access.offered import known_codes
from kernel.access.programs import FOR_PEOPLE
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.keys.models import App, AppToken
from kernel.keys.oauth.errors import InvalidApp, UnknownApp
from kernel.keys.reading import digest_of

MOST_APPS: Final = 50
MOST_ADDRESSES: Final = 10
_LONGEST: Final = 500
_BYTES: Final = 32
_OWN_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AppDraft:
    """What an app shall be; see `App`."""

    name: str
    redirect_uris: Sequence[str]
    scopes: Collection[str]


@transaction.atomic
def register_app(draft: AppDraft, *, actor: Actor, now: datetime) -> tuple[App, str]:
    """Make an app known; its secret is returned here and never again.

    Raises:
        InvalidApp: a value it cannot have, or too many of them.
    """
    values = _checked(draft)
    if App.objects.count() >= MOST_APPS:
        raise InvalidApp(_("At most %(number)s apps.") % {"number": MOST_APPS}, field="name")
    secret = drawn("sec")
    row = App.objects.create(**values, digest=digest_of(secret))
    record(action="apps.registered", actor=actor, obj=row, after=values, now=now)
    return row, secret


@transaction.atomic
def change_app(app_id: UUID, draft: AppDraft, *, actor: Actor, now: datetime) -> App:
    """Change what an app is called, where it lives, and what it may ask for from now on.

    Raises:
        UnknownApp: there is none.
        InvalidApp: a value it cannot have.
    """
    row, values = app_with(app_id), _checked(draft)
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    record(action="apps.changed", actor=actor, obj=row, before=before, after=values, now=now)
    return row


@transaction.atomic
def remove_app(app_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Forget an app: whatever it was given is good for nothing, at once.

    Raises:
        UnknownApp: there is none.
    """
    row = app_with(app_id)
    record(action="apps.removed", actor=actor, obj=row, before={"name": row.name}, now=now)
    row.delete()


@transaction.atomic
def shut_out(app_id: UUID, *, actor: Actor, now: datetime) -> App:
    """Take from an app whatever it was given; it may ask to be let in again.

    Raises:
        UnknownApp: there is none.
    """
    row = app_with(app_id)
    gone, _by_model = AppToken.objects.filter(app=row).delete()
    if gone or row.granted_at is not None:
        App.objects.filter(pk=row.pk).update(granted=[], granted_at=None)
        record(action="apps.shut_out", actor=actor, obj=row, before={"name": row.name}, now=now)
    return app_with(app_id)


def all_apps() -> QuerySet[App]:
    """Return the apps by their names."""
    return App.objects.order_by("name", "id")


def app_with(app_id: UUID) -> App:
    """Return an app.

    Raises:
        UnknownApp: there is none.
    """
    row = App.objects.filter(pk=app_id).first()
    if row is None:
        raise UnknownApp
    return row


def drawn(mark: str) -> str:
    """Return a text that nobody guesses, drawn by chance."""
    return f"{mark}_{secrets.token_urlsafe(_BYTES)}"


def _checked(draft: AppDraft) -> dict[str, object]:
    name = " ".join(draft.name.replace("\x00", "").split())[:80]
    if not name:
        raise InvalidApp(_("A name is needed."), field="name")
    addresses = list(dict.fromkeys(each.strip() for each in draft.redirect_uris if each.strip()))
    if not 1 <= len(addresses) <= MOST_ADDRESSES or not all(map(_may_return, addresses)):
        text = _("Addresses with https:// are needed, at most %(number)s.")
        raise InvalidApp(text % {"number": MOST_ADDRESSES}, field="redirect_uris")
    scopes = sorted(set(draft.scopes))
    known = {code for code in known_codes() if not code.startswith(FOR_PEOPLE)}
    if not scopes or set(scopes) - known:
        raise InvalidApp(_("Choose at least one scope."), field="scopes")
    return {"name": name, "redirect_uris": addresses, "scopes": scopes}


def _may_return(url: str) -> bool:
    """Tell whether codes may be sent to an address: by TLS, or to a program on one's machine."""
    if len(url) > _LONGEST or any(not "!" <= each <= "~" for each in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or "\\" in url or "#" in url:
        return False
    is_own = parts.hostname in _OWN_MACHINE
    return parts.scheme == "https" or (parts.scheme == "http" and is_own)
