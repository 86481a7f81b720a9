"""Forms of payment accounts, made from what each gateway asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.common.errors import DomainError
from kernel.payments.gateways.contract import Json
from kernel.payments.gateways.forms import fields_of, secret_names

_LONG: Final = 300
_LONGEST: Final = 4000
_VALUES: Final[dict[str, Promise]] = {
    "transfer": gettext_lazy("Bank transfer"),
    "delivery": gettext_lazy("Cash on delivery"),
}


class BindingForm(forms.Form):
    """A gateway's bind form.

    Secrets go in and never come out: an account that is bound shows the last
    characters of each, and keeps those that are left empty.
    """

    title = forms.CharField(
        label=gettext_lazy("Name at the checkout"),
        max_length=80,
        help_text=gettext_lazy("Buyers choose by it."),
    )

    def __init__(
        self,
        schema: Json,
        *args: Any,
        hints: Mapping[str, str] | None = None,
        is_new: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._names = list(fields_of(schema))
        needed = schema.get("required", [])
        secret = secret_names(schema)
        if is_new:
            self.fields["live"] = forms.BooleanField(
                label=_("Real money"),
                required=False,
                help_text=_("Leave it off to try the gateway's test mode."),
            )
        for name, field in fields_of(schema).items():
            is_needed = isinstance(needed, list) and name in needed
            made = _field(field, is_secret=name in secret)
            made.required = is_needed and (is_new or name not in secret)
            if name in secret and not is_new:
                made.help_text = _("Ends in %(hint)s. Leave it empty to keep it.") % {
                    "hint": f"••••{(hints or {}).get(name, '')}"
                }
            self.fields[f"value_{name}"] = made

    def values(self) -> dict[str, object]:
        """Return the bind form as it was filled in."""
        given = {name: self.cleaned_data[f"value_{name}"] for name in self._names}
        return {name: value for name, value in given.items() if value not in (None, "")}

    def refuse(self, refusal: DomainError) -> None:
        """Show what the gateway said at the fields that it is about."""
        invalid = refusal.fields.get("invalid")
        told = False
        for name, text in invalid.items() if isinstance(invalid, Mapping) else ():
            field = name if name in self.fields else f"value_{name}"
            if field in self.fields:
                self.add_error(field, str(text))
                told = True
        if not told:
            self.add_error(None, str(refusal))


def _field(field: Mapping[str, Any], *, is_secret: bool) -> forms.Field:
    told: dict[str, Any] = {"label": field.get("title", ""), "help_text": field.get("x-help", "")}
    kind = field.get("type", "string")
    if kind == "boolean":
        return forms.BooleanField(**told)
    if kind == "integer":
        return forms.IntegerField(
            min_value=field.get("minimum"), max_value=field.get("maximum"), **told
        )
    if "enum" in field:
        choices = [(value, _VALUES.get(value, value)) for value in field["enum"]]
        return forms.ChoiceField(choices=choices, **told)
    longest = field.get("maxLength", _LONGEST)
    return forms.CharField(max_length=longest, widget=_widget(longest, is_secret), **told)


def _widget(longest: int, is_secret: bool) -> forms.Widget:
    quiet = {"autocomplete": "off", "spellcheck": "false"}
    if is_secret:
        return forms.PasswordInput(attrs={**quiet, "autocomplete": "new-password"})
    if _LONG < longest < _LONGEST:
        return forms.Textarea(attrs={"rows": 3})
    return forms.TextInput(attrs=quiet)
