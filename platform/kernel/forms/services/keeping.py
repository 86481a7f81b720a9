"""Reads, notes and deletes what was sent."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.forms.errors import InvalidForm, UnknownSubmission
from kernel.forms.models import Submission

LONGEST_NOTE: Final = 2_000


@transaction.atomic
def mark_submission(submission_id: UUID, *, is_read: bool) -> None:
    """Mark what was sent as read, or as new again.

    Raises:
        UnknownSubmission: there is none.
    """
    _locked(submission_id)
    Submission.objects.filter(pk=submission_id).update(is_read=is_read)


@transaction.atomic
def note_submission(submission_id: UUID, note: str, *, actor: Actor) -> None:
    """Note something for the staff.

    Raises:
        UnknownSubmission: there is none.
        InvalidForm: the note is too long.
    """
    row, text = _locked(submission_id), note.replace("\x00", "").strip()
    if len(text) > LONGEST_NOTE:
        message = _("At most %(n)s characters are expected.") % {"n": LONGEST_NOTE}
        raise InvalidForm(message, field="note")
    row.note = text
    row.save(update_fields=["note"])
    record(action="forms.noted", actor=actor, obj=row)


@transaction.atomic
def delete_submission(submission_id: UUID, *, actor: Actor) -> None:
    """Delete what somebody sent, for good; the audit keeps that it was, not what.

    Raises:
        UnknownSubmission: there is none.
    """
    row = _locked(submission_id)
    record(action="forms.submission_deleted", actor=actor, obj=row)
    row.delete()


def _locked(submission_id: UUID) -> Submission:
    row = Submission.objects.select_for_update().filter(pk=submission_id).first()
    if row is None:
        raise UnknownSubmission
    return row
