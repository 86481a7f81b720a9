"""Pays approved withdrawals out by hand: a file for the bank, and what the bank answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.money import Money
from kernel.ledger.services import decimal_text
from kernel.wallet.choices import BatchState, EventKind, State
from kernel.wallet.errors import AccountUnreadable, InvalidWallet, NothingToPay, UnknownBatch
from kernel.wallet.models import PayoutBatch, Withdrawal
from kernel.wallet.services.accounts import details_of
from kernel.wallet.services.paying import finish
from kernel.wallet.services.requesting import draw_number
from kernel.wallet.services.telling import note

MOST_IN_BATCH: Final = 1_000
LARGEST_PROOF: Final = 10 * 1024 * 1024
_PROOFS: Final = {b"%PDF": "pdf", b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"PK\x03\x04": "xlsx"}


@transaction.atomic
def make_batch(withdrawal_ids: Sequence[UUID], *, actor: Actor, now: datetime) -> PayoutBatch:
    """Put approved withdrawals of one channel and currency together, to be paid by hand.

    Raises:
        NothingToPay: one of them is not approved, or they cannot be paid together.
    """
    if not 1 <= len(set(withdrawal_ids)) <= MOST_IN_BATCH:
        raise NothingToPay
    rows = list(
        Withdrawal.objects.select_for_update(no_key=True)
        .filter(pk__in=withdrawal_ids, state=State.APPROVED, batch=None)
        .order_by("pk")
    )
    alike = {(row.channel, row.currency) for row in rows}
    if len(rows) < len(set(withdrawal_ids)) or len(alike) != 1:
        raise NothingToPay
    [(channel, currency)] = alike
    batch = PayoutBatch.objects.create(
        number=draw_number("P", now=now),
        channel=channel,
        currency=currency,
        count=len(rows),
        payout_minor=sum(row.payout_minor for row in rows),
        actor=str(actor)[:120],
        created_at=now,
    )
    for row in rows:
        row.state, row.batch, row.provider, row.sent_at = State.PAYING, batch, "", now
        row.save(update_fields=["state", "batch", "provider", "sent_at"])
        note(row, EventKind.BATCHED, actor=actor, now=now, text=batch.number)
    _record("made", batch, actor, now=now)
    return batch


@transaction.atomic
def batch_rows(batch_id: UUID, *, actor: Actor, now: datetime) -> list[list[object]]:
    """Return the rows of the file for the bank, headings first; taking it is on the record.

    Raises:
        UnknownBatch: there is none.
    """
    batch = _locked(batch_id)
    lines = list(_lines(batch))
    batch.file_at = now
    batch.save(update_fields=["file_at"])
    _record("file_taken", batch, actor, now=now)
    return lines


@transaction.atomic
def leave_batch(withdrawal_id: UUID, *, actor: Actor, now: datetime) -> Withdrawal:
    """Take a withdrawal out of a batch whose file nobody has taken; it is approved again.

    Raises:
        UnknownBatch: it is in none.
        InvalidWallet: the file was taken: it may be paid.
    """
    found = Withdrawal.objects.filter(pk=withdrawal_id).values_list("batch_id", flat=True).first()
    if found is None:
        raise UnknownBatch
    batch = _locked(found)
    if batch.file_at is not None:
        raise InvalidWallet(_("The file was taken already: say whether it was paid."))
    row = Withdrawal.objects.select_for_update(no_key=True).get(pk=withdrawal_id)
    if row.batch_id != batch.pk or row.state != State.PAYING:
        raise UnknownBatch
    row.state, row.batch, row.sent_at = State.APPROVED, None, None
    row.save(update_fields=["state", "batch", "sent_at"])
    batch.count -= 1
    batch.payout_minor -= row.payout_minor
    if not batch.count:
        batch.state, batch.closed_at = BatchState.DONE, now
    batch.save()
    note(row, EventKind.UNBATCHED, actor=actor, now=now, text=batch.number)
    return row


@transaction.atomic
def close_batch(
    batch_id: UUID,
    *,
    proof: bytes = b"",
    note_text: str = "",
    actor: Actor,
    now: datetime,
) -> PayoutBatch:
    """Say that everything in a batch that did not fail was paid; asked again nothing happens.

    Args:
        batch_id: which.
        proof: what the bank answered: a PDF, a picture or a spreadsheet.
        note_text: the bank's reference, for the members' withdrawals.
        actor: who says so.
        now: the moment.

    Raises:
        UnknownBatch: there is none.
        InvalidWallet: the proof is no such file, or too large.
    """
    batch = _locked(batch_id)
    if batch.state == BatchState.DONE:
        return batch
    if batch.file_at is None:
        raise InvalidWallet(_("Take the file for the bank first."))
    if proof:
        batch.proof = _kept(batch, proof)
    rows = Withdrawal.objects.select_for_update(no_key=True).filter(batch=batch)
    for row in rows.filter(state=State.PAYING).select_related(None).order_by("pk"):
        finish(row, actor=actor, now=now, text=note_text.strip()[:200] or batch.number)
    batch.state, batch.closed_at = BatchState.DONE, now
    batch.save(update_fields=["state", "closed_at", "proof"])
    _record("closed", batch, actor, now=now, reason=note_text.strip()[:200])
    return batch


def _lines(batch: PayoutBatch) -> Iterator[list[object]]:
    yield [
        *(_("Withdrawal"), _("Name of the holder"), _("Account number"), _("Bank and branch")),
        *(_("Identity number"), _("Amount"), _("Currency"), _("Tax withheld"), _("State")),
    ]
    rows = Withdrawal.objects.filter(batch=batch).select_related("account", "asset").order_by("pk")
    for row in rows:
        try:
            told = details_of(row.account)
        except AccountUnreadable:
            told = {"number": row.account.hint}
        named = (told.get(name, "") for name in ("holder", "number", "bank", "id_number"))
        amount = Money(row.payout_minor, row.currency).decimal()
        tax = decimal_text(row.tax_minor, row.asset.scale)
        yield [row.number, *named, amount, row.currency, tax, State(row.state).label]


def _kept(batch: PayoutBatch, proof: bytes) -> str:
    ending = next((each for head, each in _PROOFS.items() if proof.startswith(head)), "")
    if not ending or len(proof) > LARGEST_PROOF:
        text = _("A PDF, a picture or a spreadsheet of at most 10 MB is expected.")
        raise InvalidWallet(text, field="proof")
    return default_storage.save(f"payouts/{batch.pk.hex}.{ending}", ContentFile(proof))


def _locked(batch_id: UUID) -> PayoutBatch:
    row = PayoutBatch.objects.select_for_update(no_key=True).filter(pk=batch_id).first()
    if row is None:
        raise UnknownBatch
    return row


def _record(
    change: str, row: PayoutBatch, actor: Actor, *, now: datetime, reason: str = ""
) -> None:
    after = {"number": row.number, "count": row.count, "payout_minor": row.payout_minor}
    record(
        action=f"payout_batch.{change}",
        actor=actor,
        obj=row,
        after={**after, "currency": row.currency},
        reason=reason,
        now=now,
    )
