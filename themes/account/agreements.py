"""Texts that members agree to: read, agreed to, and taken back where that is possible."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kernel.common.time import utc_now
from kernel.i18n.languages import in_any
from kernel.members.choices import ConsentKind
from kernel.members.middleware import member_of
from kernel.members.models import Consent, ConsentDocument
from kernel.members.services.consents import consents_of, current_documents, outstanding, say
from themes.account.entering import FormPage, form_page, target_of
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.pages import serve
from themes.shop.moments import moment_text

_LEGAL: Final = "legal"


def agreement_of(request: HttpRequest) -> Json:
    """Return the tick with which a form asks for agreement; None where nothing needs any."""
    return _tick(_required(), is_ticked="agree" in request.POST, error=_fault(request))


def is_agreed(request: HttpRequest) -> bool:
    """Tell whether a form agrees to today's versions of everything that is required."""
    return not _fault(request)


def keep_agreement(request: HttpRequest, member_id: UUID) -> None:
    """Keep what a form agreed to."""
    said = _said(request)
    latest = consents_of(member_id)
    for document in _required():
        known = latest.get(document.kind)
        is_known = known and known.is_given and known.version == document.version
        if _mark(document) in said and not is_known:
            _say(member_id, document, is_given=True)


@require_safe
def legal(request: HttpRequest, kind: str) -> HttpResponse:
    """Show the newest version of a text."""
    document = next((each for each in current_documents() if each.kind == kind), None)
    if document is None:
        raise Http404
    title, body = _words(document)
    language = get_language() or ""
    shown: dict[str, Json] = {
        "title": title,
        "paragraphs": [part.strip() for part in body.split("\n") if part.strip()],
        "version": document.version,
        "since": moment_text(document.published_at, language),
    }
    return serve(request, _LEGAL, inputs={"legal": shown})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def agreements(request: HttpRequest) -> HttpResponse:
    """Ask a member for what he has not agreed to yet, and go on."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    if request.method == "POST" and is_agreed(request):
        keep_agreement(request, member.pk)
        return redirect(target_of(request))
    asked = outstanding(member.pk)
    if not asked:
        return redirect(target_of(request))
    more: dict[str, Json] = {
        "text": _("Our terms are new, or have changed since you last agreed to them."),
        "agreement": agreement_of(request),
    }
    page = FormPage(
        title=_("Before you go on"),
        label=_("Go on"),
        more=more,
        is_wrong=not is_agreed(request),
    )
    return form_page(request, forms.Form(), page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what a member agreed to, and let him change what is his choice."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    if request.method == "POST":
        _choose(request, member.pk)
        return redirect("account:privacy")
    said, language = consents_of(member.pk), get_language() or ""
    rows: list[Json] = [
        _row(document, said.get(document.kind), language) for document in current_documents()
    ]
    return serve(request, "privacy", inputs={"privacy": rows})


def _choose(request: HttpRequest, member_id: UUID) -> None:
    said = consents_of(member_id)
    for document in current_documents():
        if document.is_required:
            continue
        wanted = document.kind in request.POST
        known = said.get(document.kind)
        if (known is not None and known.is_given) != wanted:
            _say(member_id, document, is_given=wanted)


def _say(member_id: UUID, document: ConsentDocument, *, is_given: bool) -> None:
    kind, version = ConsentKind(document.kind), document.version
    say(member_id, kind, version=version, is_given=is_given, now=utc_now())


def _required() -> list[ConsentDocument]:
    return [each for each in current_documents() if each.is_required]


def _said(request: HttpRequest) -> set[str]:
    return set(request.POST.get("agree", "")[:200].split())


def _fault(request: HttpRequest) -> str:
    if request.method != "POST" or {_mark(each) for each in _required()} <= _said(request):
        return ""
    return _("Please read and agree to this first.")


def _tick(documents: list[ConsentDocument], *, is_ticked: bool, error: str) -> Json:
    if not documents:
        return None
    links: list[Json] = [{"title": _words(each)[0], "href": _address(each)} for each in documents]
    value = " ".join(_mark(each) for each in documents)
    return {"value": value, "links": links, "is_ticked": is_ticked, "error": error}


def _row(document: ConsentDocument, said: Consent | None, language: str) -> Json:
    is_given = said is not None and said.is_given
    return {
        "kind": document.kind,
        "title": _words(document)[0],
        "href": _address(document),
        "is_required": document.is_required,
        "is_given": is_given,
        "said": moment_text(said.said_at, language) if said is not None and is_given else "",
    }


def _mark(document: ConsentDocument) -> str:
    return f"{document.kind}:{document.version}"


def _address(document: ConsentDocument) -> str:
    return reverse(_LEGAL, kwargs={"kind": document.kind})


def _words(document: ConsentDocument) -> tuple[str, str]:
    """Return title and text in the reader's language, or in what stands in for it."""
    language = get_language()
    title, body = (
        in_any({code: str(told.get(part, "")) for code, told in document.texts.items()}, language)
        for part in ("title", "body")
    )
    return title or str(ConsentKind(document.kind).label), body
