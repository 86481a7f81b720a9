"""Keys that are sold: kept sealed, drawn with row locks, shown to whoever bought them."""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue.choices import ProductKind
from kernel.catalogue.models import Variant
from kernel.common.ids import public_id, uuid7
from kernel.common.secrets.data_keys import DataKey, data_key
from kernel.fulfilment.errors import InvalidKeys
from kernel.fulfilment.models import CardKey
from kernel.inventory.services import StockLine, default_location, receive
from kernel.orders.models import OrderLine
from kernel.tenancy.schedules import ask

MOST_KEYS: Final = 10_000
LONGEST_KEY: Final = 500
DELIVER: Final = "kernel.deliver_keys"
"""The schedule that delivers what waited for keys."""
_PURPOSE: Final = "fulfilment.card_keys"

_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('card_keys:' || current_schema(), 0))"
# What another payment is drawing at this moment is passed over; the stock that was
# promised says that there is enough for both.
_DRAW: Final = """
UPDATE fulfilment_cardkey SET line_id = %s, drawn_at = %s
 WHERE id IN (SELECT id FROM fulfilment_cardkey
               WHERE variant_id = %s AND line_id IS NULL
               ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


@transaction.atomic
def add_keys(variant_id: UUID, keys: Sequence[str], *, actor: Actor, now: datetime) -> int:
    """Take keys in, and count them as stock; those that are there already are passed over.

    Returns:
        How many are new.

    Raises:
        InvalidKeys: too many, one is empty or too long, or the variant sells no keys.
    """
    wanted = list(dict.fromkeys(key.strip() for key in keys))
    is_sold = Variant.objects.filter(pk=variant_id, product__kind=ProductKind.CARD_KEY).exists()
    if not is_sold or not 0 < len(wanted) <= MOST_KEYS:
        raise InvalidKeys(most=MOST_KEYS)
    if any(not 0 < len(key) <= LONGEST_KEY for key in wanted):
        raise InvalidKeys(longest=LONGEST_KEY)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    secret = data_key(_PURPOSE)
    digests = {_digest(secret, key): key for key in wanted}
    known = CardKey.objects.filter(variant_id=variant_id, digest__in=list(digests))
    for digest in known.values_list("digest", flat=True):
        digests.pop(bytes(digest), None)
    rows = [_sealed(secret, variant_id, digest, key) for digest, key in digests.items()]
    CardKey.objects.bulk_create(rows, batch_size=1000)
    if rows:
        ask(DELIVER, now)
        line = StockLine(variant_id, default_location().pk, len(rows))
        receive([line], reason="keys", actor=actor)
        record(
            action="fulfilment.keys_added",
            actor=actor,
            obj=("variant", public_id("var", variant_id)),
            after={"count": len(rows)},
            now=now,
        )
    return len(rows)


def draw_keys(line: OrderLine, quantity: int, *, now: datetime) -> bool:
    """Let a line have so many keys, inside the caller's transaction; False when there are too few.

    What it has counts: called again it draws nothing more.
    """
    missing = quantity - CardKey.objects.filter(line=line).count()
    if missing <= 0:
        return True
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_DRAW, [line.pk, now, line.variant_id, missing])
            drawn = len(cursor.fetchall())
        if drawn < missing:
            transaction.set_rollback(True)
            return False
    return True


def keys_of(order_id: UUID) -> dict[UUID, list[str]]:
    """Return the keys of an order by line; the caller decides who may see them."""
    rows = list(CardKey.objects.filter(line__order_id=order_id).order_by("id"))
    if not rows:
        return {}
    secret, found = data_key(_PURPOSE), defaultdict(list)
    for row in rows:
        assert row.line_id is not None  # noqa: S101  it was looked for by its line
        found[row.line_id].append(_opened(secret, row))
    return dict(found)


def keys_left(variant_id: UUID) -> int:
    """Return how many keys of a variant nobody has."""
    return CardKey.objects.filter(variant_id=variant_id, line=None).count()


def _digest(secret: DataKey, key: str) -> bytes:
    return hmac.new(secret.key, key.encode(), hashlib.sha256).digest()


def _sealed(secret: DataKey, variant_id: UUID, digest: bytes, key: str) -> CardKey:
    row = CardKey(id=uuid7(), variant_id=variant_id, digest=digest)
    row.sealed = secret.seal(key.encode(), row=_bound_to(row))
    return row


def _opened(secret: DataKey, row: CardKey) -> str:
    return secret.open(bytes(row.sealed), row=_bound_to(row)).decode()


def _bound_to(row: CardKey) -> bytes:
    return row.variant_id.bytes + row.id.bytes
