"""What the shop says to buyers in words of its own."""

from __future__ import annotations

from typing import Final

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import query_without_page
from kernel.common.errors import DomainError
from kernel.i18n.languages import NAMES, SPOKEN
from kernel.i18n.models import LONGEST_WORDING, Wording
from kernel.i18n.services import set_wordings
from kernel.i18n.services.languages import shop_languages
from kernel.i18n.words import Word, words

VIEW, TRANSLATE = "languages.view", "languages.translate"
_ON_A_PAGE: Final = 30


class WordFilter(forms.Form):
    """Which of the program's texts are wanted."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    wanted_text = forms.CharField(label=gettext_lazy("Text"), required=False, max_length=80)
    own = forms.BooleanField(label=gettext_lazy("In our own words alone"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show what the program says, and say it in other words."""
    codes = [each.code for each in shop_languages()]
    narrow = WordFilter(request.GET, auto_id="narrow_%s")
    narrow.fields["language"].choices = [(c, NAMES[c]) for c in codes]  # type: ignore[attr-defined]
    narrow.full_clean()
    language = narrow.cleaned_data.get("language") or codes[0]
    narrow.initial["language"] = language
    wanted = (narrow.cleaned_data.get("wanted_text") or "").replace("\x00", "").casefold()
    said = dict(Wording.objects.filter(language=language).values_list("msgid", "text"))
    rows = [
        word
        for word in words().values()
        if _fits(word, wanted, said.get(word.msgid, ""))
        and (not narrow.cleaned_data.get("own") or word.msgid in said)
    ]
    page = Paginator(rows, _ON_A_PAGE).get_page(request.GET.get("page"))
    fault, about = "", ""
    if request.method == "POST" and request.person.may(TRANSLATE):
        told = dict(zip(request.POST.getlist("msgid"), request.POST.getlist("text"), strict=False))
        try:
            if set_wordings(language, told, actor=request.actor):
                messages.success(request, _("The words were saved."))
            return redirect(f"{request.path}?{request.GET.urlencode()}")
        except DomainError as refusal:
            fault, about = str(refusal), str(refusal.fields.get("field", ""))
        said |= told
    context = {
        "filter": narrow,
        "is_narrowed": bool(wanted or narrow.cleaned_data.get("own")),
        "language": language,
        "language_name": NAMES[language],
        "is_spoken": language in SPOKEN,
        "page": page,
        "query": query_without_page(request.GET),
        "may_change": request.person.may(TRANSLATE),
        "longest": LONGEST_WORDING,
        "rows": [
            (word, word.spoken(language), said.get(word.msgid, ""), _fault(word, about, fault))
            for word in page
        ],
        "fault": fault,
    }
    status = 422 if fault else 200
    return render(request, "backoffice/languages/words.html", context, status=status)


def _fits(word: Word, wanted: str, said: str) -> bool:
    return any(wanted in text.casefold() for text in (word.msgid, word.chinese, said))


def _fault(word: Word, about: str, fault: str) -> str:
    return fault if about and word.msgid[: len(about)] == about else ""
