"""What the pages of promotions and of coupons do alike with what was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db.models import QuerySet

from kernel.backoffice.guard import StaffRequest
from kernel.backoffice.promotions.scope_forms import is_shown_whole
from kernel.backoffice.promotions.terms_forms import TermsForm
from kernel.common.errors import DomainError

Row = TypeVar("Row")


def taken(
    request: StaffRequest,
    forms: tuple[Any, TermsForm],
    save: Callable[[Any], Row],
    *,
    row: Row | None,
    fields: Mapping[str, str],
) -> Row | None:
    """Save what was sent, and return it; None when the forms are to be shown, with what is wrong.

    Args:
        request: nothing was sent when it only looks, or still chooses goods.
        forms: of the rule, with what was chosen for it, and of its terms.
        save: makes or changes the row; what it refuses is shown at the forms.
        row: that is changed.
        fields: the fields of the form by what the services call them.
    """
    form, terms = forms
    if request.method != "POST" or form.picking.is_finding:
        return None
    if not all([form.is_valid(), terms.is_valid()]):
        return None
    told = {**form.told(row), "terms": terms.told()}
    if row is not None and not is_shown_whole(row):
        # Goods that were chosen over the API in ways that this form cannot show.
        del told["scope"]
    try:
        return save(told)
    except DomainError as refusal:
        refuse(form, refusal, fields)
    return None


def refuse(form: Any, refusal: DomainError, names: Mapping[str, str]) -> None:
    """Show a refusal at the field that it is about, or above the form."""
    about = str(refusal.fields.get("field", ""))
    field = names.get(about, about)
    form.add_error(field if field in form.fields else None, str(refusal))


def narrowed(rows: QuerySet[Any], wanted: dict[str, Any]) -> QuerySet[Any]:
    """Return the rows that a filter wants."""
    if text := wanted.get("wanted_text"):
        rows = rows.filter(name__icontains=text.replace("\x00", ""))
    if state := wanted.get("is_active"):
        rows = rows.filter(is_active=state == "yes")
    return rows
