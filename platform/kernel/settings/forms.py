"""Draws a form from the settings that a manifest declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from typing_extensions import override

from kernel.audit.actor import Actor
from kernel.modules.manifest import Manifest, Setting, Text
from kernel.settings.errors import InvalidSettings
from kernel.settings.services import get_settings, set_settings
from kernel.settings.values import Unacceptable, checked


def _in_current_language(text: Text) -> str:
    return text.in_language(get_language())


localised = lazy(_in_current_language, str)
"""A text of a manifest that is read in the language of whoever looks at it."""


class NumbersField(forms.CharField):
    """Whole numbers with commas between them; the full-width comma counts too."""

    @override
    def prepare_value(self, value: Any) -> Any:
        """Show a list as people write it."""
        return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else value

    @override
    def to_python(self, value: Any) -> Any:
        """Read the numbers.

        Raises:
            ValidationError: a part is no whole number.
        """
        text = super().to_python(value) or ""
        parts = [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",")]
        try:
            return [int(part) for part in parts if part]
        except ValueError as error:
            raise forms.ValidationError(
                _("Whole numbers are expected, with commas between them.")
            ) from error


class SettingsForm(forms.Form):
    """The settings of one module; `settings_form` makes the class for it."""

    manifest: Manifest

    @classmethod
    def of_current_tenant(cls, data: Any = None) -> SettingsForm:
        """Return the form filled with the current values, or bound to what was sent."""
        return cls(data=data, initial=dict(get_settings(cls.manifest.code)))

    @override
    def clean(self) -> dict[str, Any]:
        """Check the values as `set_settings` does."""
        values = super().clean() or {}
        for setting in self.manifest.settings:
            if setting.key in values:
                try:
                    values[setting.key] = checked(setting, values[setting.key])
                except Unacceptable as fault:
                    self.add_error(setting.key, str(fault))
        return values

    def save(self, *, actor: Actor) -> bool:
        """Store the values; False when they do not go together, told beside the fields."""
        try:
            set_settings(self.manifest.code, self.cleaned_data, actor=actor)
        except InvalidSettings as refusal:
            faults = refusal.fields["invalid"]
            assert isinstance(faults, Mapping)  # noqa: S101  `InvalidSettings` says so
            for key, text in faults.items():
                self.add_error(key, text)
            return False
        return True


def settings_form(manifest: Manifest) -> type[SettingsForm]:
    """Return the form class of a module's settings."""
    fields: dict[str, Any] = {setting.key: _field(setting) for setting in manifest.settings}
    return type("ModuleSettingsForm", (SettingsForm,), {**fields, "manifest": manifest})


def _field(setting: Setting) -> forms.Field:
    texts: dict[str, Any] = {
        "label": localised(setting.label),
        "help_text": localised(setting.help),
    }
    if setting.kind == "bool":
        return forms.BooleanField(required=False, **texts)
    if setting.kind == "int":
        return forms.IntegerField(
            min_value=setting.minimum, max_value=setting.maximum, localize=False, **texts
        )
    if setting.kind == "ints":
        return NumbersField(required=False, **texts)
    return forms.CharField(
        required=bool(setting.minimum),
        min_length=setting.minimum,
        max_length=setting.maximum,
        **texts,
    )
