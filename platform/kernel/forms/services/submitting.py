"""Takes what people send."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.common.outbox.publishing import publish
from kernel.forms.answers import Given, checked_answers
from kernel.forms.document import asks_of
from kernel.forms.errors import FormClosed, MembersOnly, SentBefore, UnknownForm
from kernel.forms.events import FormSubmitted
from kernel.forms.models import Form, Submission

_SAME_WITHIN: Final = timedelta(minutes=10)
_LONGEST_PAGE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends a form, and from where.

    Attributes:
        key: tells senders apart who are not members; it is kept as part of a digest alone.
        page: path of the page.
        token: of the page that was filled in; empty where the page is kept for everybody.
    """

    member_id: UUID | None = None
    key: str = ""
    page: str = ""
    token: str = ""
    language: str = ""


@transaction.atomic
def submit(form_id: UUID, given: Given, *, sender: Sender, now: datetime) -> Submission:
    """Keep what somebody filled in; sent again, it is the same submission.

    Raises:
        UnknownForm: there is none.
        FormClosed: it takes nothing.
        MembersOnly: it takes one entry of each member, and the sender is none.
        SentBefore: this member's is there.
        InvalidAnswers: an answer does not fit; ``invalid`` has a sentence by key of the field.
    """
    # Locked, so that two of the same sender are taken one after the other.
    form = Form.objects.select_for_update(no_key=True).filter(pk=form_id).first()
    if form is None:
        raise UnknownForm
    token = _token(form, given, sender)
    rows = Submission.objects.filter(form=form, token=token)
    before = rows.filter(created_at__gt=now - _SAME_WITHIN).first()
    if before is not None:
        return before
    if not form.is_open or not form.fields:
        raise FormClosed
    if form.is_once and sender.member_id is None:
        raise MembersOnly
    once = sender.member_id if form.is_once else None
    if once is not None and Submission.objects.filter(form=form, member_id=once).exists():
        raise SentBefore
    row = Submission.objects.create(
        form=form,
        member_id=sender.member_id,
        answers=checked_answers(asks_of(form.fields), given, language=sender.language),
        page=sender.page.replace("\x00", "")[:_LONGEST_PAGE],
        token=token,
        once=once,
        created_at=now,
    )
    told = FormSubmitted(
        form_id=form.pk, submission_id=row.pk, code=form.code, member_id=row.member_id
    )
    publish(told, aggregate=f"submission:{row.id.hex}")
    return row


def _token(form: Form, given: Given, sender: Sender) -> str:
    who = str(sender.member_id or sender.key)
    said = sender.token or json.dumps(sorted((key, list(told)) for key, told in given.items()))
    parts = json.dumps([form.pk.hex, who, bool(sender.token), said])
    return hashlib.sha256(parts.encode()).hexdigest()
