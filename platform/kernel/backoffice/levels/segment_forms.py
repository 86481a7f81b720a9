"""Forms of segments: conditions in rows, each with a kind, a comparison and a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.common.money import InvalidAmount, Money
from kernel.levels.choices import Match, Test
from kernel.levels.criteria import MOST_DAYS, Criterion, known_criteria
from kernel.tenancy.context import current_tenant

_SPARE: Final = 3
_MOST: Final = 20


class SegmentForm(forms.Form):
    """What a segment is called and gives."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    tag = forms.CharField(
        label=gettext_lazy("Tag for its members"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Members get it when they come in, and lose it when they leave."),
    )


class NewSegmentForm(SegmentForm):
    """A segment to be made."""

    code = forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("Small letters; price lists and promotions name it by this."),
    )
    is_dynamic = forms.ChoiceField(
        label=gettext_lazy("Who belongs to it"),
        choices=[
            ("yes", gettext_lazy("Whoever meets conditions")),
            ("no", gettext_lazy("Whom we choose by hand")),
        ],
        initial="yes",
    )
    field_order = ("name", "code", "is_dynamic", "tag")


class ConditionForm(forms.Form):
    """One row; an empty kind is no condition."""

    kind = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    test = forms.ChoiceField(
        label=gettext_lazy("How"), required=False, choices=[("", "—"), *Test.choices]
    )
    value = forms.CharField(label=gettext_lazy("Value"), max_length=2_000, required=False)
    days = forms.IntegerField(
        label=gettext_lazy("In the last days"),
        min_value=1,
        max_value=MOST_DAYS,
        required=False,
        localize=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known_criteria()
        field: Any = self.fields["kind"]
        field.choices = [("", "—"), *((code, each.label) for code, each in self.known.items())]

    def clean(self) -> dict[str, Any]:
        """Read the value as its kind wants it."""
        values = super().clean() or {}
        criterion = self.known.get(values.get("kind", ""))
        if criterion is None:
            return values
        if values.get("test") not in criterion.tests:
            labels = ", ".join(str(Test(each).label) for each in criterion.tests)
            self.add_error("test", _("Choose one of: %(choices)s") % {"choices": labels})
        if values.get("days") and not criterion.has_window:
            self.add_error("days", _("This has no days."))
        values["read"] = self._read(criterion, values.get("value", ""))
        return values

    def _read(self, criterion: Criterion, text: str) -> object:
        if criterion.value_kind == "words":
            words = [part.strip() for part in text.replace("，", ",").split(",")]
            found = [word for word in words if word]
            if not found:
                self.add_error("value", _("Name at least one."))
            return found
        if criterion.value_kind == "amount":
            try:
                return Money.parse(text.strip(), current_tenant().currency).minor
            except InvalidAmount:
                self.add_error("value", _("An amount is expected."))
                return 0
        if not text.strip().isascii() or not text.strip().isdigit():
            self.add_error("value", _("A whole number is expected."))
            return 0
        return int(text.strip()[:18])

    def told(self) -> dict[str, Any] | None:
        """Return the condition as services take it; None for an empty row."""
        given = self.cleaned_data
        if not given.get("kind"):
            return None
        return {
            "kind": given["kind"],
            "test": given["test"],
            "value": given["read"],
            "days": given["days"],
        }


class Builder:
    """All rows, and how many of them must hold."""

    def __init__(self, stored: Sequence[dict[str, Any]], match: str, data: Any = None) -> None:
        self.is_bound = data is not None
        self.match = str(data.get("match", match)) if data is not None else match
        number = len(stored) + _SPARE
        if data is not None:
            given = str(data.get("rows", ""))
            number = min(int(given), _MOST) if given.isascii() and given.isdigit() else number
        initial = [*(_initial(each) for each in stored), *({} for _each in range(_MOST))]
        self.rows = [
            ConditionForm(data, prefix=f"c{place}", initial=initial[place])
            for place in range(min(number, _MOST))
        ]

    @property
    def matches(self) -> Iterator[tuple[str, str, bool]]:
        """What can be chosen for how many must hold."""
        for code, label in Match.choices:
            yield code, str(label), code == self.match

    def is_valid(self) -> bool:
        """Tell whether every row can be read."""
        # Every row is read, so that each says what is wrong with it.
        answers = [row.is_valid() for row in self.rows]
        return all(answers) and self.match in Match.values

    def told(self) -> list[dict[str, Any]]:
        """Return the conditions as services take them."""
        return [told for row in self.rows if (told := row.told()) is not None]


def _initial(stored: dict[str, Any]) -> dict[str, Any]:
    criterion, value = known_criteria().get(stored["kind"]), stored["value"]
    if isinstance(value, list):
        value = ", ".join(value)
    elif criterion is not None and criterion.value_kind == "amount":
        value = Money(value, current_tenant().currency).decimal()
    return {**stored, "value": value}
