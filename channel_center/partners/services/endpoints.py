"""Makes, removes and tries partners' webhooks."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from channel_center.partners.choices import PARTNER_EVENTS, PartnerDeliveryState
from channel_center.partners.errors import InvalidPartnerEndpoint, UnknownPartnerEndpoint
from channel_center.partners.models import PartnerDelivery, PartnerEndpoint
from channel_center.partners.services.telling import ALL_EVENTS
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outside import NotOutside, Unreachable, judged
from kernel.common.secrets.services import drop_secret, get_secret, put_secret
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from kernel.webhooks.signing import new_secret

MOST_ENDPOINTS: Final = 20


@public_context()
@transaction.atomic
def make_endpoint(
    channel_id: UUID, *, name: str, url: str, events: Collection[str], actor: Actor
) -> tuple[PartnerEndpoint, str]:
    """Tell an address from now on; the secret is returned here and never again.

    Raises:
        InvalidPartnerEndpoint: ``field`` says what cannot be used.
    """
    values = _checked(name, url, events)
    if PartnerEndpoint.objects.filter(channel=channel_id).count() >= MOST_ENDPOINTS:
        text = _("At most %(number)s webhooks.") % {"number": MOST_ENDPOINTS}
        raise InvalidPartnerEndpoint(text, field="name")
    row, secret = PartnerEndpoint.objects.create(channel_id=channel_id, **values), new_secret()
    put_secret(_purpose(row.pk), {"secret": secret})
    record(
        action="partners.webhook_made", actor=actor, obj=("webhook", row.public_id), after=values
    )
    return row, secret


@public_context()
@transaction.atomic
def remove_endpoint(channel_id: UUID, endpoint_id: UUID, *, actor: Actor) -> None:
    """Tell an address nothing any more.

    Raises:
        UnknownPartnerEndpoint: the partner has none like it.
    """
    row = endpoint_of(channel_id, endpoint_id)
    told = {"name": row.name, "url": row.url}
    record(
        action="partners.webhook_removed", actor=actor, obj=("webhook", row.public_id), before=told
    )
    drop_secret(_purpose(row.pk))
    row.delete()


@public_context()
@transaction.atomic
def replay(channel_id: UUID, delivery_id: UUID, *, actor: Actor) -> PartnerDelivery:
    """Send what was delivered, or given up, once more; receivers know it by its id.

    Raises:
        UnknownPartnerEndpoint: the partner has no such delivery.
    """
    rows = PartnerDelivery.objects.select_for_update(of=("self",))
    row = rows.filter(id=delivery_id, endpoint__channel=channel_id).first()
    if row is None:
        raise UnknownPartnerEndpoint
    row.state, row.attempts, row.next_at = PartnerDeliveryState.WAITING, 0, utc_now()
    row.leased_until = None
    row.save(update_fields=["state", "attempts", "next_at", "leased_until"])
    record(
        action="partners.webhook_replayed",
        actor=actor,
        obj=("webhook", row.public_id),
        after={"name": row.event},
    )
    return row


def endpoint_of(channel_id: UUID, endpoint_id: UUID) -> PartnerEndpoint:
    """Return a partner's endpoint.

    Raises:
        UnknownPartnerEndpoint: the partner has none like it.
    """
    row = PartnerEndpoint.objects.filter(pk=endpoint_id, channel=channel_id).first()
    if row is None:
        raise UnknownPartnerEndpoint
    return row


def secret_of(endpoint: PartnerEndpoint) -> str:
    """Return the secret that signs.

    Raises:
        SecretMissing, SecretsUnreadable: it cannot be opened.
    """
    return str(get_secret(_purpose(endpoint.pk))["secret"])


def _checked(name: str, url: str, events: Collection[str]) -> dict[str, object]:
    name = " ".join(name.replace("\x00", "").split())[:80]
    if not name:
        raise InvalidPartnerEndpoint(_("A name is needed."), field="name")
    wanted = sorted(set(events))
    if not wanted:
        raise InvalidPartnerEndpoint(_("Choose at least one event."), field="events")
    for code in wanted:
        if code not in (ALL_EVENTS, *PARTNER_EVENTS):
            text = _("There is no event “%(code)s”.") % {"code": code[:80]}
            raise InvalidPartnerEndpoint(text, field="events")
    try:
        judged(url.strip(), inner_hosts=settings.STOA_WEBHOOK_INNER_HOSTS)
    except NotOutside:
        text = _("An https:// address in the open internet is needed.")
        raise InvalidPartnerEndpoint(text, field="url") from None
    except Unreachable:
        # A name that is not known yet may be tomorrow; each delivery looks again.
        pass
    return {
        "name": name,
        "url": url.strip(),
        "events": [ALL_EVENTS] if ALL_EVENTS in wanted else wanted,
    }


def _purpose(endpoint_id: UUID) -> str:
    return f"partners.webhook:{endpoint_id.hex}"
