"""Forms of the shell, and how refusals reach the fields of any form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    validate_password,
)
from django.utils.translation import gettext_lazy as _

from kernel.access.models import Staff
from kernel.common.errors import DomainError


def add_refusal(form: forms.Form, refusal: DomainError, fields: Mapping[str, str]) -> None:
    """Show a refusal at the field that it is about, or above the form.

    Args:
        form: was valid so far.
        refusal: what a service said.
        fields: error code -> name of the field.
    """
    text = str(refusal.title)
    if refusal.detail:
        text = str(refusal.detail)
    form.add_error(fields.get(refusal.code), text)


class SignInForm(forms.Form):
    """E-mail address and password."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    """The present password and the new one, twice."""

    present = forms.CharField(
        label=_("Present password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        help_text=_("At least 12 characters; several words are easy to remember."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password, again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, person: Staff, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = person

    def clean_present(self) -> str:
        """Check the present password."""
        present = str(self.cleaned_data["present"])
        if not self._person.check_password(present):
            raise forms.ValidationError(_("This is not your present password."))
        return present

    def clean_new(self) -> str:
        """Check that the new password is strong enough."""
        new = str(self.cleaned_data["new"])
        validate_password(new, self._person)
        return new

    def clean(self) -> dict[str, Any]:
        """Check that both entries are the same, and that it is a new one."""
        values = super().clean() or {}
        if values.get("new") and values.get("again") and values["new"] != values["again"]:
            self.add_error("again", _("The two entries differ."))
        if values.get("new") and values.get("new") == values.get("present"):
            self.add_error("new", _("This is the password you already have."))
        return values


class ConfirmForm(forms.Form):
    """The password of whoever is signed in."""

    password = forms.CharField(
        label=_("Your password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


__all__ = ["ConfirmForm", "PasswordForm", "SignInForm", "add_refusal"]
