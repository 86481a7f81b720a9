"""Forms of the pages on which forms are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.pieces import NarrowForm
from kernel.forms.choices import AskKind
from kernel.forms.document import LONGEST_HELP, LONGEST_LABEL, Ask
from kernel.forms.services import FormTold
from kernel.forms.services.building import LONGEST_NAME, LONGEST_THANKS

_BETWEEN: Final = "|"
_LONGEST_LIST: Final = 30_000


class AskedForm(forms.Form):
    """What is said of a form as a whole."""

    names_zh = forms.CharField(label=_("Name in Chinese"), max_length=LONGEST_NAME, required=False)
    names_en = forms.CharField(label=_("Name in English"), max_length=LONGEST_NAME, required=False)
    code = forms.CharField(
        label=_("Short name"),
        max_length=40,
        help_text=_("Part of its address: small letters, digits and -, such as contact."),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )
    thanks_zh = forms.CharField(
        label=_("Thanks in Chinese"),
        max_length=LONGEST_THANKS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    thanks_en = forms.CharField(
        label=_("Thanks in English"),
        max_length=LONGEST_THANKS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_open = forms.BooleanField(label=_("It can be sent"), required=False)
    tells_staff = forms.BooleanField(label=_("Staff get a message for each entry"), required=False)
    is_once = forms.BooleanField(
        label=_("One entry of each member"),
        required=False,
        help_text=_("Who is not signed in is asked to sign in first."),
    )

    def told(self) -> FormTold:
        """Return what is said of the form."""
        found = self.cleaned_data
        return FormTold(
            code=found["code"],
            names=_both(found, "names"),
            thanks=_both(found, "thanks"),
            is_open=found["is_open"],
            is_once=found["is_once"],
            tells_staff=found["tells_staff"],
        )


class AskForm(forms.Form):
    """One field of a form."""

    kind = forms.ChoiceField(label=_("Kind"), choices=AskKind.choices)
    label_zh = forms.CharField(
        label=_("Question in Chinese"), max_length=LONGEST_LABEL, required=False
    )
    label_en = forms.CharField(
        label=_("Question in English"), max_length=LONGEST_LABEL, required=False
    )
    help_zh = forms.CharField(label=_("Help in Chinese"), max_length=LONGEST_HELP, required=False)
    help_en = forms.CharField(label=_("Help in English"), max_length=LONGEST_HELP, required=False)
    choices = forms.CharField(
        label=_("Texts to choose from"),
        required=False,
        max_length=_LONGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("For lists: one on each line, Chinese | English."),
    )
    is_required = forms.BooleanField(label=_("Must be filled in"), required=False)
    least = forms.IntegerField(label=_("Smallest number"), required=False, localize=False)
    most = forms.IntegerField(
        label=_("At most"),
        required=False,
        localize=False,
        help_text=_("Of a number: the biggest. Of a text: characters. Of a list: how many."),
    )

    def told(self, ask: Ask | None) -> Ask:
        """Return the field; choices that keep their words keep their keys."""
        found = self.cleaned_data
        return Ask(
            key=ask.key if ask else "",
            kind=found["kind"],
            label=_both(found, "label"),
            help=_both(found, "help"),
            is_required=found["is_required"],
            choices=_listed(found["choices"], ask.choices if ask else ()),
            least=found["least"],
            most=found["most"],
        )


class SentFilter(NarrowForm):
    """What the list of entries is narrowed down by."""

    text = forms.CharField(required=False, max_length=100, label=_("Words, note or member"))
    state = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[("", _("All")), ("unread", _("Unread")), ("read", _("Read"))],
    )


def in_fields(**parts: Mapping[str, str]) -> dict[str, str]:
    """Return texts by language as fields of a form hold them."""
    return {
        f"{name}_{short}": texts.get(language, "")
        for name, texts in parts.items()
        for language, short in (("zh-hans", "zh"), ("en", "en"))
    }


def as_lines(choices: Sequence[Mapping[str, str]]) -> str:
    """Return choices as they are typed."""
    told = [(each.get("zh-hans", ""), each.get("en", "")) for each in choices]
    return "\n".join(f" {_BETWEEN} ".join(pair) if all(pair) else "".join(pair) for pair in told)


def _both(found: Mapping[str, Any], name: str) -> dict[str, str]:
    return {"zh-hans": found[f"{name}_zh"], "en": found[f"{name}_en"]}


def _listed(text: str, before: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    keys = {as_lines([each]): each.get("key", "") for each in before}
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        first, cut, second = (part.strip() for part in line.partition(_BETWEEN))
        # What has one text alone is the same in both languages.
        each = {"zh-hans": first, "en": second if cut and second else first}
        found.append({"key": keys.get(as_lines([each]), ""), **each})
    return found
