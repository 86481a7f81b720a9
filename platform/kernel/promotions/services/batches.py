"""Codes that are made in the background, some thousands at a time."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.catalogue import fields
from kernel.promotions import checks
from kernel.promotions.choices import BatchState
from kernel.promotions.errors import InvalidPromotion, UnknownBatch, UnknownTemplate
from kernel.promotions.models import CodeBatch, CouponCode, CouponTemplate
from kernel.promotions.services.coupons import normal_code
from kernel.tenancy.schedules import ask

RESUME: Final = "promotions.resume_codes"
MOST_CODES: Final = 1_000_000
_AT_ONCE: Final = 5_000
_LETTERS: Final = 12
# Without what people take for something else: 0 and O, 1, I and L.
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_STUCK_AFTER: Final = timedelta(minutes=5)
_OPEN: Final = (BatchState.WAITING, BatchState.RUNNING)
_ADD: Final = """
INSERT INTO promotions_couponcode (batch_id, code)
SELECT %s, code FROM pg_catalog.unnest(%s::text[]) AS code ON CONFLICT (code) DO NOTHING
"""


@transaction.atomic
def ask_for_codes(
    template_id: UUID, *, name: str, size: int, prefix: str = "", actor: Actor, now: datetime
) -> CodeBatch:
    """Note that codes are wanted for a kind of coupon; each is good for one coupon.

    Whoever calls begins to make them, with `kernel.promotions.tasks.begin`.

    Raises:
        UnknownTemplate: there is none.
        InvalidPromotion: too many, or a prefix that is not up to eight letters and digits.
    """
    if not CouponTemplate.objects.filter(pk=template_id).exists():
        raise UnknownTemplate
    kept = normal_code(prefix)
    if len(kept) > len("ABCDEFGH") or (kept and not (kept.isascii() and kept.isalnum())):
        raise InvalidPromotion(_("Up to eight letters and digits are expected."), field="prefix")
    values = checks.checked(
        {"name": name, "size": size},
        {"name": fields.line(120, needed=True), "size": checks.whole(1, MOST_CODES)},
    )
    row = CodeBatch.objects.create(template_id=template_id, prefix=kept, touched_at=now, **values)
    record(
        action="coupon.codes_asked",
        actor=actor,
        obj=row,
        after={"name": row.name, "size": row.size},
        now=now,
    )
    ask(RESUME, now + _STUCK_AFTER)
    return row


def make_codes(batch_id: UUID, *, clock: Callable[[], datetime], until: datetime) -> bool:
    """Make codes until all are made or the time is up; return whether all are made.

    It goes on where it stopped, and two that run together make no more than are wanted.

    Raises:
        UnknownBatch: there is none.
    """
    while True:
        with transaction.atomic():
            row = CodeBatch.objects.select_for_update(no_key=True).filter(pk=batch_id).first()
            if row is None:
                raise UnknownBatch
            if row.state == BatchState.DONE:
                return True
            now = clock()
            row.made += _add(row, min(_AT_ONCE, row.size - row.made))
            is_done = row.made == row.size
            row.state = BatchState.DONE if is_done else BatchState.RUNNING
            row.touched_at, row.finished_at = now, now if is_done else None
            row.save(update_fields=["made", "state", "touched_at", "finished_at"])
        if is_done or clock() >= until:
            return is_done


def stuck_batches(*, now: datetime) -> list[UUID]:
    """Return the batches that nobody seems to make any more."""
    rows = CodeBatch.objects.filter(state__in=_OPEN, touched_at__lte=now - _STUCK_AFTER)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def ask_to_resume() -> None:
    """Have batches looked after again when the next of those under way may be stuck."""
    with transaction.atomic():
        touched = CodeBatch.objects.filter(state__in=_OPEN).aggregate(at=Min("touched_at"))["at"]
        ask(RESUME, touched and touched + _STUCK_AFTER)


def code_rows(batch_id: UUID) -> Iterator[list[object]]:
    """Yield the lines of a spreadsheet of a batch's codes."""
    yield [_("Coupon code"), _("Used on")]
    rows = CouponCode.objects.filter(batch=batch_id).order_by("pk")
    for code, used in rows.values_list("code", "redeemed_at").iterator(chunk_size=5_000):
        yield [code, used.isoformat() if used else ""]


def _add(row: CodeBatch, number: int) -> int:
    codes = {
        row.prefix + "".join(secrets.choice(_ALPHABET) for _letter in range(_LETTERS))
        for _code in range(number)
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [row.pk, list(codes)])
        return int(cursor.rowcount)
