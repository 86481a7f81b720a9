"""Looks forms up, and what was sent with them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from kernel.forms.models import Form, Submission


def forms_counted() -> QuerySet[Form]:
    """Return the forms, the newest first, with ``sent`` and ``unread`` counted."""
    sent = Submission.objects.filter(form=OuterRef("pk"))
    rows = Form.objects.annotate(sent=_count(sent), unread=_count(sent.filter(is_read=False)))
    return rows.order_by("-created_at", "-id")


def form_called(code: str) -> Form | None:
    """Return the form with a short name, None without one."""
    return Form.objects.filter(code=code).first()


def submissions_of(
    form_id: UUID, *, text: str = "", state: str = "", since: datetime | None = None
) -> QuerySet[Submission]:
    """Return what was sent with a form, the newest first.

    Args:
        form_id: which form.
        text: stands in an answer, in the note or in the member's name.
        state: ``read`` or ``unread``; empty for both.
        since: from when on.
    """
    rows = Submission.objects.filter(form_id=form_id).select_related("member")
    if text := text.replace("\x00", "").strip():
        told = Q(answers__icontains=_as_stored(text)) | Q(note__icontains=text)
        rows = rows.filter(told | Q(member__name__icontains=text))
    if state in {"read", "unread"}:
        rows = rows.filter(is_read=state == "read")
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    return rows.order_by("-created_at", "-id")


def _count(rows: QuerySet[Submission]) -> Coalesce:
    counted = rows.order_by().values("form").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _as_stored(text: str) -> str:
    # PostgreSQL writes jsonb out with these two escaped and everything else as it is.
    return text.replace("\\", "\\\\").replace('"', '\\"')
