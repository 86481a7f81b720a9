"""How much of the shop's texts is translated, what is missing, and files of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.languages.forms import TextFilter
from kernel.backoffice.pieces import paged, query_without_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.dataio.errors import UnreadableFile
from kernel.dataio.tables import rows_of, shape_of
from kernel.i18n.errors import UnknownText
from kernel.i18n.languages import NAMES
from kernel.i18n.models import Wording
from kernel.i18n.texts.kinds import text_kind, text_kinds
from kernel.i18n.texts.selectors import (
    WORDS,
    all_texts,
    completeness,
    foreign_languages,
    in_parts,
    texts_of,
    worded,
)
from kernel.i18n.texts.services import COLUMNS, Taken, take_translations, translate
from kernel.i18n.words import words

VIEW, TRANSLATE = "languages.view", "languages.translate"
HOME: Final = "/languages/translations/"
_LARGEST: Final = 20 * 1024 * 1024
_ON_A_PAGE: Final = 20


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show how much there is of each kind of texts, in each language."""
    return _draw(request)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def texts(request: StaffRequest, kind: str) -> HttpResponseBase:
    """Show texts of a kind beside their translations, and write those."""
    try:
        wanted = text_kind(kind)
    except UnknownText as error:
        raise Http404 from error
    narrow = TextFilter(request.GET, foreign_languages())
    if not narrow.chosen:
        return redirect("/languages/")
    may_change = request.person.may(TRANSLATE)
    faults: dict[str, str] = {}
    if request.method == "POST" and may_change:
        faults = _save(request, kind, narrow.chosen)
        if not faults:
            return redirect(f"{request.path}?{request.GET.urlencode()}")
    rows = texts_of(
        wanted, narrow.chosen, is_missing=narrow.is_missing and not faults, text=narrow.text
    )
    page = paged(request, rows, size=_ON_A_PAGE)
    found = in_parts(wanted, list(page), narrow.chosen)
    context = {
        "kind": wanted,
        "filter": narrow,
        "is_narrowed": narrow.is_missing or bool(narrow.text),
        "language": narrow.chosen,
        "language_name": NAMES[narrow.chosen],
        "page": page,
        "query": query_without_page(request.GET),
        "may_change": may_change,
        "texts": [
            {
                "text": each,
                "name": (name := f"{each.part.code}-{each.row_id.hex}"),
                "value": request.POST.get(name, each.translation),
                "fault": faults.get(name, ""),
                "is_first": not number or found[number - 1].row_id != each.row_id,
            }
            for number, each in enumerate(found)
        ],
    }
    status = 422 if faults else 200
    return render(request, "backoffice/languages/texts.html", context, status=status)


@require_http_methods(["POST"])
@staff_page(TRANSLATE)
def take(request: StaffRequest) -> HttpResponseBase:
    """Take a file of translations."""
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > _LARGEST:
        messages.error(request, _("Choose a file of at most 20 MB."))
        return redirect(HOME)
    try:
        shape = shape_of(file)
        if not {"kind", "id", "language", "translation"} <= set(shape.columns):
            messages.error(request, _("The file lacks columns: begin with one made here."))
            return redirect(HOME)
        taken = take_translations(rows_of(file, shape), actor=request.actor, now=utc_now())
    except UnreadableFile as refusal:
        messages.error(request, str(refusal))
        return redirect(HOME)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(HOME)
    return _draw(request, taken=taken)


def export_rows(query: QueryDict) -> Iterator[Sequence[object]]:
    """Return the texts of the shop with their translations, headings first."""
    languages = foreign_languages()
    chosen = [code for code in query.getlist("language") if code in languages] or languages
    kinds = [each for each in text_kinds() if each.code in query.getlist("kind")]
    is_all = not query.getlist("kind")
    return _rows(
        chosen,
        kinds or (text_kinds() if is_all else []),
        is_missing=query.get("missing") == "on",
        has_words=is_all or WORDS in query.getlist("kind"),
    )


def _rows(
    languages: Sequence[str], kinds: Sequence[Any], *, is_missing: bool, has_words: bool
) -> Iterator[Sequence[object]]:
    yield COLUMNS
    for language in languages:
        for each in all_texts(kinds, language, is_missing=is_missing):
            yield (
                each.kind.code,
                str(each.row_id),
                each.part.code,
                language,
                each.own,
                each.translation,
            )
        if has_words:
            said = dict(Wording.objects.filter(language=language).values_list("msgid", "text"))
            for msgid, word in words().items():
                if not (is_missing and msgid in said):
                    yield WORDS, msgid, "", language, word.spoken(language), said.get(msgid, "")


def _save(request: StaffRequest, kind: str, language: str) -> dict[str, str]:
    """Write what was sent, thing by thing; return what could not be kept, by field."""
    told: dict[str, dict[str, str]] = {}
    for name, value in request.POST.items():
        part, dash, row_id = name.partition("-")
        if dash and len(row_id) == 32:  # noqa: PLR2004  the hexadecimal digits of an id
            told.setdefault(row_id, {})[part] = str(value)
    faults, changed, now = {}, 0, utc_now()
    for row_id, parts in told.items():
        try:
            key = UUID(row_id)
            changed += translate(kind, key, language, parts, actor=request.actor, now=now)
        except (DomainError, ValueError) as refusal:
            faults[f"{next(iter(parts))}-{row_id}"] = str(refusal)
    if changed:
        messages.success(request, _("The translations were saved."))
    return faults


def _draw(request: StaffRequest, taken: Taken | None = None) -> HttpResponseBase:
    languages = foreign_languages()
    context = {
        "languages": [(code, NAMES[code]) for code in languages],
        "kinds": [
            kind
            for kind in (completeness() if languages else [])
            if any(each.whole for each in kind.states)
        ],
        "words": worded(),
        "taken": taken,
        "may_change": request.person.may(TRANSLATE),
    }
    return render(request, "backoffice/languages/translations.html", context)
