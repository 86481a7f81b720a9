"""Forms of one's own account."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """A code of the authenticator app."""

    code = forms.CharField(
        label=_("Code of six digits"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
    )


class AnyCodeForm(CodeForm):
    """A code of the app, or one from paper."""

    code = forms.CharField(
        label=_("Code from the app, or a recovery code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "off",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
    )


class FirstPasswordForm(forms.Form):
    """The password that somebody who is invited chooses."""

    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters."),
    )
