"""What a shop asks of each order, on the checkout page."""

from __future__ import annotations

from django.http import HttpRequest

from kernel.fields.choices import Subject
from kernel.fields.forms import AnswersForm
from kernel.fields.selectors import asked_fields
from themes.fields import Json
from themes.forms import field_inputs

_PREFIX = "own"


def asked_form(request: HttpRequest, *, is_sent: bool) -> AnswersForm | None:
    """Return the form of what is asked; None where nothing is.

    Args:
        request: what was filled in so far.
        is_sent: whether it is to be ordered now, so that what is missing is said.
    """
    rows = asked_fields(Subject.ORDER)
    if not rows:
        return None
    if is_sent:
        return AnswersForm(rows, request.POST, prefix=_PREFIX)
    told = {row.code: request.POST.get(f"{_PREFIX}-{row.code}", "") for row in rows}
    return AnswersForm(rows, initial=told, prefix=_PREFIX)


def asked_inputs(form: AnswersForm | None) -> list[Json]:
    """Return its fields as blocks draw them."""
    return [] if form is None else field_inputs(form)
