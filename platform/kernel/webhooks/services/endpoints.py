"""Makes, changes, switches and removes endpoints, and keeps their secrets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outside import NotOutside, Unreachable, judged
from kernel.common.secrets.services import drop_secret, get_secret, put_secret
from kernel.webhooks.catalogue import ALL_EVENTS, offered_event
from kernel.webhooks.choices import EndpointState
from kernel.webhooks.errors import InvalidEndpoint, UnknownEndpoint
from kernel.webhooks.models import Endpoint
from kernel.webhooks.services.breaking import make_due
from kernel.webhooks.services.recording import have_sent
from kernel.webhooks.signing import new_secret

MOST_ENDPOINTS: Final = 30
BOTH_SIGN: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDraft:
    """What an endpoint shall be; see `Endpoint`."""

    name: str
    url: str
    events: Collection[str]


@transaction.atomic
def make_endpoint(draft: EndpointDraft, *, actor: Actor, now: datetime) -> tuple[Endpoint, str]:
    """Tell an address from now on; the secret is returned here and never again.

    Raises:
        InvalidEndpoint: a value it cannot have, an address of our own, or too many of them.
    """
    values = _checked(draft)
    if Endpoint.objects.count() >= MOST_ENDPOINTS:
        text = _("At most %(number)s webhooks.") % {"number": MOST_ENDPOINTS}
        raise InvalidEndpoint(text, field="name")
    row, secret = Endpoint.objects.create(**values), new_secret()
    put_secret(_purpose(row.pk), {"secret": secret})
    record(action="webhooks.made", actor=actor, obj=row, after=values, now=now)
    return row, secret


@transaction.atomic
def change_endpoint(
    endpoint_id: UUID, draft: EndpointDraft, *, actor: Actor, now: datetime
) -> Endpoint:
    """Change what an endpoint is told of, and where.

    Raises:
        UnknownEndpoint: there is none.
        InvalidEndpoint: a value it cannot have, or an address of our own.
    """
    row, values = locked(endpoint_id), _checked(draft)
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    record(action="webhooks.changed", actor=actor, obj=row, before=before, after=values, now=now)
    return row


@transaction.atomic
def switch_endpoint(endpoint_id: UUID, *, on: bool, actor: Actor, now: datetime) -> Endpoint:
    """Switch an endpoint on, or off; once on, all that waits for it is due.

    Raises:
        UnknownEndpoint: there is none.
    """
    row = locked(endpoint_id)
    before, after = row.state, EndpointState.ON if on else EndpointState.OFF
    if before == after:
        return row
    row.state = after
    row.failures, row.failing_since, row.paused_until, row.stopped_at = 0, None, None, None
    row.save(update_fields=["state", "failures", "failing_since", "paused_until", "stopped_at"])
    if on:
        make_due(row, now=now)
        have_sent()
    record(
        action="webhooks.switched",
        actor=actor,
        obj=row,
        before={"state": before},
        after={"name": row.name, "state": after},
        now=now,
    )
    return row


@transaction.atomic
def rotate_secret(endpoint_id: UUID, *, actor: Actor, now: datetime) -> tuple[Endpoint, str]:
    """Give an endpoint a new secret, returned here and never again.

    For a day deliveries are signed with the old one as well; before that is over, it
    is not rotated again without the older one being dropped.

    Raises:
        UnknownEndpoint: there is none.
    """
    row, secret = locked(endpoint_id), new_secret()
    former = str(get_secret(_purpose(row.pk))["secret"])
    put_secret(_purpose(row.pk), {"secret": secret, "former": former})
    row.former_until = now + BOTH_SIGN
    row.save(update_fields=["former_until"])
    after = {"name": row.name, "former_until": row.former_until}
    record(action="webhooks.secret_rotated", actor=actor, obj=row, after=after, now=now)
    return row, secret


@transaction.atomic
def remove_endpoint(endpoint_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Tell an address nothing any more, and forget what it was told.

    Raises:
        UnknownEndpoint: there is none.
    """
    row = locked(endpoint_id)
    told = {"name": row.name, "url": row.url}
    record(action="webhooks.removed", actor=actor, obj=row, before=told, now=now)
    drop_secret(_purpose(row.pk))
    row.delete()


def secrets_of(endpoint: Endpoint, *, now: datetime) -> list[str]:
    """Return the secrets that sign now, the newest first.

    Raises:
        SecretMissing, SecretsUnreadable: they cannot be opened.
    """
    kept = get_secret(_purpose(endpoint.pk))
    both = endpoint.former_until is not None and endpoint.former_until > now
    names = ["secret", "former"] if both else ["secret"]
    return [str(kept[name]) for name in names if name in kept]


def locked(endpoint_id: UUID) -> Endpoint:
    """Lock an endpoint until the end of the transaction.

    Raises:
        UnknownEndpoint: there is none.
    """
    row = Endpoint.objects.select_for_update().filter(pk=endpoint_id).first()
    if row is None:
        raise UnknownEndpoint
    return row


def _checked(draft: EndpointDraft) -> dict[str, object]:
    name = " ".join(draft.name.replace("\x00", "").split())
    if not name:
        raise InvalidEndpoint(_("A name is needed."), field="name")
    events = sorted(set(draft.events))
    if not events:
        raise InvalidEndpoint(_("Choose at least one event."), field="events")
    for code in events:
        if code != ALL_EVENTS and offered_event(code) is None:
            text = _("There is no event “%(code)s”.") % {"code": code[:80]}
            raise InvalidEndpoint(text, field="events")
    url = draft.url.strip()
    try:
        judged(url, inner_hosts=settings.STOA_WEBHOOK_INNER_HOSTS)
    except NotOutside:
        text = _("An https:// address in the open internet is needed.")
        raise InvalidEndpoint(text, field="url") from None
    except Unreachable:
        # A name that is not known yet may be tomorrow; it is looked at again at each delivery.
        pass
    return {"name": name, "url": url, "events": [ALL_EVENTS] if ALL_EVENTS in events else events}


def _purpose(endpoint_id: UUID) -> str:
    return f"webhooks.{endpoint_id.hex}"
