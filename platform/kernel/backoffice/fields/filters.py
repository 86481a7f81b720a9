"""Lists that can be narrowed down by own fields."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db.models import Q

from kernel.backoffice.pieces import NarrowForm
from kernel.fields.forms import form_field
from kernel.fields.selectors import having, searchable_fields

PREFIX: Final = "own_"


class OwnFilter(NarrowForm):
    """A filter that has the searchable fields of its subject as well.

    Attributes:
        subject: what the list is of, one of `kernel.fields.choices.Subject`.
    """

    subject: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in searchable_fields(self.subject):
            self.fields[f"{PREFIX}{row.code}"] = form_field(row, is_required=False, any_label=True)

    def own(self) -> Q:
        """Return the condition that the own fields make."""
        return own_of(self.subject, self.wanted())


def own_of(subject: str, wanted: dict[str, Any]) -> Q:
    """Return the condition that the own fields of a filter make."""
    told = {
        name.removeprefix(PREFIX): _text(value)
        for name, value in wanted.items()
        if name.startswith(PREFIX)
    }
    return having(subject, told)


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value).strip()
