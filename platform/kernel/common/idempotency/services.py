"""Take a key, keep a reply, forget old ones."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from kernel.common.db.kept import preparing
from kernel.common.idempotency.errors import KeyReused, ReplyNotKept, StillRunning
from kernel.common.idempotency.models import IdempotencyRecord
from kernel.common.ids import uuid7

KEPT_HEADERS: Final = (
    "Content-Type",
    "Content-Language",
    "Location",
    "ETag",
    "Cache-Control",
    "Vary",
)
REPLAYED_HEADER: Final = "Idempotency-Replayed"
RETRY_AFTER_SECONDS: Final = 1

_TABLE: Final = IdempotencyRecord._meta.db_table

# The insert waits for a concurrent holder of the key to commit or roll back. A row
# past its time is taken over in place; a live one makes the statement return nothing.
#
# One message, and a savepoint at its end: what the view does can be undone without the key.
_CLAIM: Final = f"""
SET LOCAL lock_timeout = %s;
INSERT INTO {_TABLE}
  (id, actor, key, method, path, fingerprint, status, headers, body, created_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, 0, '{{}}', NULL, %s, %s)
ON CONFLICT (actor, key) DO UPDATE SET
  id = EXCLUDED.id, method = EXCLUDED.method, path = EXCLUDED.path,
  fingerprint = EXCLUDED.fingerprint, status = 0, headers = '{{}}', body = NULL,
  created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
WHERE {_TABLE}.expires_at <= EXCLUDED.created_at
RETURNING id;
SET LOCAL lock_timeout TO DEFAULT;
SAVEPOINT idempotency_claimed
"""  # noqa: S608  the table name is the model's own
_KEEP: Final = f"""
UPDATE {_TABLE} SET status = %s, headers = %s, body = %s WHERE actor = %s AND key = %s
"""  # noqa: S608  the table name is the model's own


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request that carries a key, reduced to what tells it from others."""

    actor: str
    key: str
    method: str
    path: str
    fingerprint: bytes


def keyed_request(request: HttpRequest, *, actor: str, key: str) -> KeyedRequest:
    """Describe the request; reads its body."""
    target = request.get_full_path()
    digest = hashlib.sha256()
    for part in (
        (request.method or "").encode(),
        target.encode(),
        (request.content_type or "").encode(),
        request.body,
    ):
        digest.update(len(part).to_bytes(8, "big") + part)
    return KeyedRequest(
        actor=actor,
        key=key,
        method=request.method or "",
        path=request.path[:500],
        fingerprint=digest.digest(),
    )


def claim(keyed: KeyedRequest, *, now: datetime) -> bool:
    """Take the key inside the open transaction; False when it was used before.

    Waits for a concurrent request with this key to end.

    Raises:
        StillRunning: the other request did not end in time.
    """
    lasts = timedelta(hours=settings.STOA_IDEMPOTENCY_HOURS)
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                _CLAIM,
                [
                    int(settings.STOA_IDEMPOTENCY_WAIT_MS),
                    uuid7(),
                    keyed.actor,
                    keyed.key,
                    keyed.method,
                    keyed.path,
                    keyed.fingerprint,
                    now,
                    now + lasts,
                ],
            )
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise StillRunning(retry_after=RETRY_AFTER_SECONDS) from None
            raise
        cursor.nextset()
        return cursor.fetchone() is not None


def undo() -> None:
    """Undo what was done since `claim`, in a transaction in which a statement failed."""
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK TO SAVEPOINT idempotency_claimed")


def keep(keyed: KeyedRequest, response: HttpResponseBase) -> None:
    """Write the reply into the row that `claim` took, in the same transaction."""
    body = response.content if isinstance(response, HttpResponse) else None
    if body is not None and len(body) > settings.STOA_IDEMPOTENCY_REPLY_BYTES:
        body = None
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    with preparing(), connection.cursor() as cursor:
        cursor.execute(
            _KEEP, [response.status_code, json.dumps(headers), body, keyed.actor, keyed.key]
        )


def release(keyed: KeyedRequest) -> None:
    """Give the key back, so that the next request with it runs."""
    IdempotencyRecord.objects.filter(actor=keyed.actor, key=keyed.key).delete()


def replay(keyed: KeyedRequest) -> HttpResponse:
    """Return the first request's reply.

    Raises:
        KeyReused: the first request was another one.
        ReplyNotKept: the reply was streamed or too large.
    """
    row = IdempotencyRecord.objects.get(actor=keyed.actor, key=keyed.key)
    if bytes(row.fingerprint) != keyed.fingerprint:
        raise KeyReused
    if row.body is None:
        raise ReplyNotKept(original_status=row.status)
    response = HttpResponse(bytes(row.body), status=row.status)
    for name, value in row.headers.items():
        response.headers[name] = value
    response.headers[REPLAYED_HEADER] = "true"
    return response


def purge_at(now: datetime) -> None:
    """Delete what is past its time; what a schedule calls. The clock is the database's own."""
    purge_expired()


def purge_expired(*, batch: int = 1000) -> int:
    """Delete the rows past their time in the current scope, batch by batch.

    Returns:
        How many were deleted.
    """
    total, now = 0, timezone.now()
    while True:
        with transaction.atomic():
            ids = list(
                IdempotencyRecord.objects.select_for_update(skip_locked=True)
                .filter(expires_at__lte=now)
                .order_by("pk")
                .values_list("pk", flat=True)[:batch]
            )
            deleted, _by_model = IdempotencyRecord.objects.filter(pk__in=ids).delete()
        total += deleted
        if len(ids) < batch:
            return total
