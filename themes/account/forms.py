"""Forms with which visitors become members and members come back."""

from __future__ import annotations

from typing import Final, Literal

from django import forms
from django.utils.translation import gettext_lazy as _

_PASSWORD_HELP: Final = _("At least 12 characters; several words are easy to remember.")
_NEW: Final = "new-password"
_PRESENT: Final = "current-password"
_PASSWORDS: Final = {
    "enter": (_("Password"), _PRESENT),
    "first": (_("Password"), _NEW),
    "old": (_("Present password"), _PRESENT),
    "new": (_("New password"), _NEW),
}


def login_field() -> forms.CharField:
    """Return a field for what people are known by."""
    return forms.CharField(
        label=_("E-mail or mobile number"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "off"}),
    )


def password_field(role: Literal["enter", "first", "old", "new"]) -> forms.CharField:
    """Return a field for a password, by what it is to a form."""
    label, kind = _PASSWORDS[role]
    return forms.CharField(
        label=label,
        max_length=256,
        strip=False,
        help_text=_PASSWORD_HELP if kind == _NEW else "",
        widget=forms.PasswordInput(attrs={"autocomplete": kind}),
    )


def code_field() -> forms.CharField:
    """Return a field for a code that was sent."""
    return forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class SignInForm(forms.Form):
    """Login and password."""

    login = login_field()
    password = password_field("enter")


class NameForm(forms.Form):
    """What a member wants to be called."""

    name = forms.CharField(
        label=_("What may we call you?"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )


class RegisterForm(NameForm):
    """What an account is opened with."""

    login = login_field()
    password = password_field("first")
    invite_code = forms.CharField(label=_("Invitation code"), max_length=40, required=False)


class TargetForm(forms.Form):
    """Where a code is to be sent."""

    login = login_field()


class CodeForm(forms.Form):
    """A code that arrived."""

    code = code_field()


class JoinByCodeForm(CodeForm):
    """A code, and for whoever is new who invited him."""

    invite_code = forms.CharField(
        label=_("Invitation code"),
        max_length=40,
        required=False,
        help_text=_("Only for new members."),
    )


class ForgottenForm(CodeForm):
    """A code, and the new password that it allows."""

    password = password_field("new")


class FirstPasswordForm(forms.Form):
    """A password for somebody who has none yet."""

    new = password_field("first")


class PasswordForm(forms.Form):
    """A new password, and the one so far."""

    old = password_field("old")
    new = password_field("new")


class ClosingForm(forms.Form):
    """Proves once more who wants to close an account."""

    password = password_field("enter")
