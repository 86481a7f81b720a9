"""Asks buyers for the particulars of orders that the shop made up; joins the checkout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from kernel.checkout.drafts import Draft, PipelineContext, open_drafts
from kernel.checkout.writing import Placed
from kernel.fields.choices import Subject
from kernel.fields.models import OwnField, OwnValue
from kernel.fields.selectors import asked_fields
from kernel.fields.values import Unfit, checked
from kernel.tenancy.context import current_tenant

INPUT: Final = "fields"
ORDER: Final = 55
"""With the guards: before anything is counted."""
_FROM_BUYERS: Final = frozenset({"store", "api"})


def ask(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Refuse what lacks an answer, or has one that cannot be kept.

    Orders that staff and programs place need no answers; what they give is checked too.
    """
    if not context.is_placing or Subject.ORDER not in current_tenant().offers.asks:
        return
    rows = asked_fields(Subject.ORDER)
    for draft in open_drafts(drafts):
        given = draft.basket.choices.inputs.get(INPUT)
        told = given if isinstance(given, Mapping) else {}
        if told or draft.basket.source in _FROM_BUYERS:
            _answer(draft, told, rows)


def keep(placed: Sequence[Placed], context: PipelineContext) -> None:
    """Write the answers down, for each order of a group; one statement."""
    ids = {row.code: row.pk for row in asked_fields(Subject.ORDER)}
    OwnValue.objects.bulk_create(
        [
            OwnValue(own_field_id=ids[code], object_id=part.order_id, text=text)
            for each in placed
            for part in each.parts
            for code, text in _answers(each.draft).items()
        ]
    )


def _answer(draft: Draft, told: Mapping[str, object], rows: Sequence[OwnField]) -> None:
    answers = {}
    for row in rows:
        try:
            answers[row.code] = checked(row, told.get(row.code))
        except Unfit as fault:
            title = _("Please fill in: %(field)s") % {"field": row.name}
            draft.refuse("fields.unanswered", title, field=row.code, fault=str(fault))
    draft.notes[INPUT] = {code: text for code, text in answers.items() if text}
    if draft.notes[INPUT]:
        draft.claims.add(INPUT)


def _answers(draft: Draft) -> Mapping[str, str]:
    found = draft.notes.get(INPUT)
    return found if isinstance(found, dict) else {}
