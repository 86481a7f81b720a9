"""Forms about searching."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.pieces import NarrowForm

_LONGEST: Final = 2_000


class TermFilter(NarrowForm):
    """Which searches are listed."""

    misses = forms.BooleanField(required=False)


class PhrasesForm(forms.Form):
    """Words that mean the same."""

    phrases = forms.CharField(
        label=_("Words that mean the same"),
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One on each line. Whoever searches for one of them finds all of them."),
    )

    def told(self) -> list[str]:
        """Return the words."""
        return str(self.cleaned_data["phrases"]).splitlines()


class HotWordsForm(forms.Form):
    """The searches that the shop proposes."""

    words = forms.CharField(
        label=_("Searches that the shop proposes"),
        max_length=_LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One on each line, in the order of the search page."),
    )

    def told(self) -> list[str]:
        """Return the words."""
        return str(self.cleaned_data["words"]).splitlines()
