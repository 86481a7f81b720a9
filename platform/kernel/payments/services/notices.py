"""What gateways tell us by themselves: checked, kept, acknowledged, applied — in this order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id, uuid7
from kernel.common.logging import get_logger
from kernel.common.secrets.data_keys import data_key
from kernel.payments.choices import NoticeState
from kernel.payments.errors import BadSignature, BindingNotFound, Misconfigured, NoticeRefused
from kernel.payments.gateways.contract import Acknowledgement, Event, Gateway
from kernel.payments.gateways.registry import gateway_named
from kernel.payments.models import Attempt, Notice, PaymentBinding, Refund
from kernel.payments.services.applying import apply_result
from kernel.payments.services.opening import open_binding
from kernel.payments.services.refunds import apply_refund
from kernel.payments.services.timing import LEASE, ask_for_sweep, next_check

LARGEST_BODY: Final = 256 * 1024
KEPT_FOR: Final = timedelta(days=90)
_VERSIONS_TRIED: Final = 3
_PURPOSE: Final = "payments.notices"
_KEPT_HEADERS: Final = ("content-type", "user-agent")

log = get_logger("payments")


def handle_notice(
    binding_id: UUID, *, headers: Mapping[str, str], body: bytes, now: datetime
) -> Acknowledgement:
    """Take in a message for a binding; not inside a transaction.

    It is kept before it is acknowledged, and acknowledged once it is kept: what
    cannot be applied now, the sweeper applies.

    Args:
        binding_id: the binding whose address it came to.
        headers: names in any case.
        body: exactly as it was sent; the signature is over these bytes.
        now: the moment.

    Raises:
        BindingNotFound: the current tenant has no such binding.
        NoticeRefused: too large, not signed by the gateway, too old, or for
            another account.
    """
    row = PaymentBinding.objects.filter(pk=binding_id).first()
    if row is None:
        raise BindingNotFound
    if len(body) > LARGEST_BODY:
        raise NoticeRefused(reason="too_large")
    gateway = gateway_named(row.gateway)
    lowered = {name.lower(): value for name, value in headers.items()}
    version, event = _verified(gateway, row, lowered, body, now=now)
    notice, is_new = _keep(row, version, event, lowered, body, now=now)
    if is_new:
        try:
            _apply(notice.id, event, now=now)
        except DomainError as refusal:
            log.warning("payment notice waits", notice=str(notice.id), reason=refusal.code)
    return gateway.webhook_ack(accepted=True)


def _verified(
    gateway: Gateway,
    row: PaymentBinding,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
) -> tuple[int, Event]:
    """Return the event, and the version of the credentials that its signature fits."""
    oldest = max(row.version - _VERSIONS_TRIED, 0)
    for version in range(row.version, oldest, -1):
        try:
            event = gateway.parse_webhook(open_binding(row, version=version), headers, body, now)
        except (BadSignature, Misconfigured) as refusal:
            reason = str(refusal)
        else:
            return version, event
    log.warning("payment notice refused", binding=row.public_id, reason=reason)
    raise NoticeRefused(reason=reason)


@transaction.atomic(durable=True)
def _keep(
    row: PaymentBinding,
    version: int,
    event: Event,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
) -> tuple[Notice, bool]:
    ask_for_sweep(now + LEASE)
    notice_id = uuid7()
    return Notice.objects.get_or_create(
        binding=row,
        event_id=event.dedupe_key[:120],
        defaults={
            "id": notice_id,
            "version": version,
            "kind": event.kind[:80],
            "number": event.number[:40],
            "headers": {name: headers[name] for name in _KEPT_HEADERS if name in headers},
            "sealed_body": data_key(_PURPOSE).seal(body, row=notice_id.bytes),
            "next_try_at": now + LEASE,
            "received_at": now,
        },
    )


@transaction.atomic
def _apply(notice_id: UUID, event: Event, *, now: datetime) -> None:
    notice = Notice.objects.select_for_update(no_key=True).get(pk=notice_id)
    if notice.state != NoticeState.RECEIVED:
        return
    notice.state, notice.fault = _applied(notice, event, now=now)
    notice.applied_at, notice.next_try_at = now, None
    notice.save(update_fields=["state", "fault", "applied_at", "next_try_at"])


def _applied(notice: Notice, event: Event, *, now: datetime) -> tuple[NoticeState, str]:
    attempt, refund = _rows_of(event)
    if attempt is None:
        return NoticeState.IGNORED, "" if event.subject == "other" else "not_ours"
    if attempt.binding_id != notice.binding_id:
        return NoticeState.FAILED, "other_binding"
    if refund is not None and event.refund is not None:
        apply_refund(refund.id, event.refund, now=now)
    elif event.result is not None:
        apply_result(attempt.id, event.result, now=now)
    return NoticeState.APPLIED, ""


def _rows_of(event: Event) -> tuple[Attempt | None, Refund | None]:
    if event.subject == "attempt":
        return Attempt.objects.filter(pk__in=_ids_in("pat", event.number)).first(), None
    if event.subject == "refund":
        rows = Refund.objects.select_related("attempt")
        refund = rows.filter(pk__in=_ids_in("prf", event.number)).first()
        return (refund.attempt if refund else None), refund
    return None, None


def _ids_in(prefix: str, number: str) -> list[UUID]:
    try:
        return [parse_public_id(prefix, number)]
    except InvalidId:
        return []


def apply_kept(notice_id: UUID, *, now: datetime) -> None:
    """Apply a kept message, whose signature was checked when it came."""
    notice = Notice.objects.select_related("binding").get(pk=notice_id)
    row: PaymentBinding = notice.binding
    binding = open_binding(row, version=notice.version)
    event = gateway_named(row.gateway).read_event(binding, body_of(notice))
    _apply(notice_id, event, now=now)


def body_of(notice: Notice) -> bytes:
    """Return a message exactly as it came.

    Raises:
        SecretsUnreadable: the row is damaged, or was put there by somebody else.
    """
    return data_key(_PURPOSE).open(bytes(notice.sealed_body), row=notice.pk.bytes)


@transaction.atomic(durable=True)
def claim_waiting(*, now: datetime, limit: int) -> list[UUID]:
    """Take messages that were not applied when they came; they are left alone for a while."""
    rows = list(
        Notice.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(state=NoticeState.RECEIVED, next_try_at__lte=now)
        .order_by("next_try_at")[:limit]
    )
    for row in rows:
        row.tries += 1
        row.next_try_at = max(now + LEASE, next_check(row.tries, now=now))
    Notice.objects.bulk_update(rows, ["tries", "next_try_at"])
    return [row.id for row in rows]


def forget_old(*, now: datetime, batch: int = 1000) -> int:
    """Delete messages past their time; return how many."""
    old = Notice.objects.filter(received_at__lt=now - KEPT_FOR).exclude(state=NoticeState.RECEIVED)
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:batch])
    deleted, _by_model = Notice.objects.filter(pk__in=ids).delete()
    return deleted
