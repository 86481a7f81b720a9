"""The rules of a collection as rows of a form, in words instead of ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.shelves.forms import flat
from kernel.catalogue.models import Brand
from kernel.catalogue.selectors import category_tree
from kernel.common.ids import public_id

SENTENCES: Final[dict[str, Promise]] = {
    "price lt": _("Price is below"),
    "price lte": _("Price is at most"),
    "price gt": _("Price is above"),
    "price gte": _("Price is at least"),
    "price eq": _("Price is exactly"),
    "tag is": _("Has the tag"),
    "tag is_not": _("Does not have the tag"),
    "category is": _("Is in the category"),
    "category is_not": _("Is not in the category"),
    "brand is": _("Is of the brand"),
    "brand is_not": _("Is not of the brand"),
    "created within_days": _("Was added in the last days, so many"),
    "created after": _("Was added after the day (2026-01-31)"),
    "created before": _("Was added before the day (2026-01-31)"),
}
_SPARE: Final = 2
_MOST_ROWS: Final = 30


class Names:
    """Categories and brands by their names, as people write them; two queries."""

    def __init__(self) -> None:
        self.categories = {
            text: node.public_id for node, text in flat(category_tree(with_hidden=True))
        }
        rows = Brand.objects.order_by("name").values_list("name", "id")
        self.brands = {name: public_id("brd", key) for name, key in rows}

    def id_of(self, field: str, name: str) -> str:
        """Return the id of what is meant; empty when nothing is."""
        known = self._of(field)
        wanted = name.strip().casefold()
        exact = next((key for text, key in known.items() if text.casefold() == wanted), "")
        ends = [key for text, key in known.items() if text.casefold().endswith(f" / {wanted}")]
        return exact or (ends[0] if len(ends) == 1 else "")

    def name_of(self, field: str, key: str) -> str:
        """Return what an id is called; a dash for what is gone."""
        return next((text for text, known in self._of(field).items() if known == key), "—")

    def _of(self, field: str) -> dict[str, str]:
        return self.categories if field == "category" else self.brands


class RulesForm(forms.Form):
    """All rules of a collection."""

    match = forms.ChoiceField(
        label=_("Products belong to it when"),
        choices=[("all", _("all rules hold")), ("any", _("one of the rules holds"))],
    )

    def __init__(self, rules: Mapping[str, Any], data: Any = None) -> None:
        self.names = Names()
        known: Sequence[Mapping[str, Any]] = rules.get("rules", ())
        initial: dict[str, object] = {"match": rules.get("match", "all")}
        for number, rule in enumerate(known):
            initial[f"what_{number}"] = f"{rule['field']} {rule['operator']}"
            initial[f"value_{number}"] = self._shown(rule)
        super().__init__(data, initial=initial)
        self.size = min(max(len(known), self._sent()) + _SPARE, _MOST_ROWS)
        for number in range(self.size):
            what = forms.ChoiceField(
                required=False, label=_("Rule"), choices=[("", "—"), *SENTENCES.items()]
            )
            value = forms.CharField(required=False, label=_("Value"), max_length=300)
            what.widget.attrs["aria-label"] = f"{_('Rule')} {number + 1}"
            value.widget.attrs["aria-label"] = f"{_('Value')} {number + 1}"
            value.widget.attrs["list"] = "rule-values"
            self.fields[f"what_{number}"], self.fields[f"value_{number}"] = what, value

    def _sent(self) -> int:
        numbers = [
            int(name.removeprefix("what_"))
            for name, value in self.data.items()
            if value and name.startswith("what_") and name.removeprefix("what_").isdigit()
        ]
        return min(max(numbers, default=-1) + 1, _MOST_ROWS)

    def _shown(self, rule: Mapping[str, Any]) -> str:
        if rule["field"] in {"category", "brand"}:
            return self.names.name_of(rule["field"], rule["value"])
        return str(rule["value"])

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the fields of each rule."""
        return [(self[f"what_{number}"], self[f"value_{number}"]) for number in range(self.size)]

    def suggestions(self) -> list[str]:
        """Return the names that values may have."""
        return [*self.names.categories, *self.names.brands]

    def rules(self) -> dict[str, object]:
        """Return the rules as the catalogue takes them."""
        found: list[dict[str, object]] = []
        for number in range(self.size):
            if what := self.cleaned_data[f"what_{number}"]:
                field, operator = what.split(" ")
                value = self.cleaned_data[f"read_{number}"]
                found.append({"field": field, "operator": operator, "value": value})
        return {"match": self.cleaned_data["match"], "rules": found}

    def clean(self) -> dict[str, Any]:
        """Turn names into ids and numbers."""
        values = super().clean() or {}
        for number in range(self.size):
            what, text = values.get(f"what_{number}"), values.get(f"value_{number}", "")
            if not what:
                continue
            field, operator = what.split(" ")
            read: object = text
            if field in {"category", "brand"}:
                read = self.names.id_of(field, text)
            elif operator == "within_days":
                read = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else ""  # noqa: PLR2004  ten years
            if read == "":
                self.add_error(f"value_{number}", _("There is nothing of this name or value."))
            values[f"read_{number}"] = read
        return values

    def place(self, number: object, text: str) -> None:
        """Show a refusal at the rule that it numbers, not counting empty rows."""
        filled = [each for each in range(self.size) if self.cleaned_data.get(f"what_{each}")]
        is_known = isinstance(number, int) and 0 <= number < len(filled)
        place = filled[number] if isinstance(number, int) and is_known else None
        self.add_error(None if place is None else f"value_{place}", text)
