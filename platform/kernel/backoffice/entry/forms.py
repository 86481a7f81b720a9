"""Forms about how members join and sign in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.members.choices import ConsentKind, ProviderKind, SignUp
from kernel.members.models import ConsentDocument, ProviderBinding
from kernel.members.services.consents import LONGEST_TEXT, LONGEST_TITLE


class SignUpForm(forms.Form):
    """Who may open an account."""

    sign_up = forms.ChoiceField(label=_("Who may join"), choices=SignUp.choices)


class ProviderForm(forms.Form):
    """A company by which members sign in."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ProviderKind.choices)
    code = forms.SlugField(
        label=_("Short name"),
        max_length=40,
        help_text=_("Small letters; stands in addresses and never changes."),
    )
    name = forms.CharField(label=_("Name that members see"), max_length=80)
    client_id = forms.CharField(label=_("App id (client id)"), max_length=200)
    secret = forms.CharField(
        label=_("App secret"),
        max_length=500,
        required=False,
        help_text=_("Sealed, and never shown again. Leave it empty to keep the present one."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    issuer = forms.URLField(
        label=_("Address of the OpenID provider"),
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text=_("For OpenID Connect only."),
    )


def provider_values(row: ProviderBinding) -> dict[str, str]:
    """Return what a form shows of a company that is bound; its secret is not among it."""
    return {
        "kind": row.kind,
        "code": row.code,
        "name": row.name,
        "client_id": row.client_id,
        "issuer": row.issuer,
    }


class DocumentForm(forms.Form):
    """The next version of a text, in every language of the shop."""

    is_required = forms.BooleanField(label=_("Members must agree"), required=False)

    def __init__(
        self, kind: ConsentKind, data: Mapping[str, Any] | None, known: ConsentDocument | None
    ) -> None:
        texts = known.texts if known is not None else {}
        initial: dict[str, object] = {"is_required": known is None or known.is_required}
        for code, _name in settings.LANGUAGES:
            text = texts.get(code, {})
            initial |= {f"title_{code}": text.get("title", str(kind.label))}
            initial |= {f"body_{code}": text.get("body", "")}
        super().__init__(data, initial=initial)
        for code, name in settings.LANGUAGES:
            self.fields[f"title_{code}"] = forms.CharField(
                label=_("Title (%(language)s)") % {"language": name}, max_length=LONGEST_TITLE
            )
            self.fields[f"body_{code}"] = forms.CharField(
                label=_("Text (%(language)s)") % {"language": name},
                max_length=LONGEST_TEXT,
                help_text=_("Each line becomes a paragraph."),
                widget=forms.Textarea(attrs={"rows": 10}),
            )

    def texts(self) -> dict[str, dict[str, str]]:
        """Return the texts by language."""
        return {
            code: {
                "title": self.cleaned_data[f"title_{code}"],
                "body": self.cleaned_data[f"body_{code}"],
            }
            for code, _name in settings.LANGUAGES
        }
