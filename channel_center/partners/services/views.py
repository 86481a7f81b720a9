"""Keeps the filters of a list that somebody wants at hand."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from channel_center.partners.models import SavedView
from kernel.access.models import Staff
from kernel.common.errors import DomainError
from kernel.tenancy.context import public_context

MOST_VIEWS: Final = 30


class InvalidView(DomainError):
    """A view without a name or a filter, or one too many."""

    code = "partners.invalid_view"
    title = _("Give the view a name, and narrow the list down first.")


@public_context()
@transaction.atomic
def save_view(person: Staff, *, page: str, name: str, query: str) -> SavedView:
    """Keep a filter under a name; another one of the name is replaced.

    Raises:
        InvalidView: no name, no filter, or too many of them.
    """
    name = " ".join(name.replace("\x00", "").split())[:40]
    own = SavedView.objects.filter(staff_id=person.pk, page=page)
    if not name or not query or len(query) > 500 or own.count() >= MOST_VIEWS:  # noqa: PLR2004  as the column
        raise InvalidView
    row, _made = SavedView.objects.update_or_create(
        staff_id=person.pk, page=page, name=name, defaults={"query": query}
    )
    return row


@public_context()
def drop_view(person: Staff, view_id: UUID) -> None:
    """Forget one of somebody's own views."""
    SavedView.objects.filter(pk=view_id, staff_id=person.pk).delete()
