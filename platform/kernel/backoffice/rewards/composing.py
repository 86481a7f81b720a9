"""The composer: rules from pieces, with their manifest and verdict beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.rewards.asking import told
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.rewards.composing.models import OwnPack
from kernel.rewards.composing.services import empty, keep, pieces, seen, with_piece
from kernel.rewards.packs.loading import OWN, codes, pack
from kernel.rewards.policy.texts import event_called, payee_called, worded

MANAGE: Final = "rewards.manage"
VIEW: Final = "rewards.view"
_LONGEST: Final = 60_000
FACTS: Final[Mapping[str, Any]] = {
    "schema": _("It is not written as packs are."),
    "not_a_number": _("A figure is not a number."),
    "negative_rate": _("A rate is below zero."),
    "unreadable": _("The expression cannot be read."),
    "unknown_function": _("There is no such function."),
    "unknown_name": _("There is nothing of this name."),
    "unknown_asset": _("There is no such asset."),
    "unbounded_depth": _("It pays without a bounded number of levels."),
    "conversion_cycle": _("Assets can be changed back into themselves."),
    "pays_before_return_window": _("It pays before the return window is over."),
    "unknown_selector": _("It does not say who is paid."),
    "unknown_effect": _("It does something that no piece does."),
    "twice": _("Two rules have this name."),
    "code_not_own": _("The code of your own mode begins with OWN-."),
}


class ComposeForm(forms.Form):
    """A pack as it is being composed."""

    code = forms.RegexField(
        label=_("Code of the mode"), regex=r"^OWN-[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=32,
        help_text=_("Such as OWN-SPRING. It stays the same once somebody has asked for it."),
        error_messages={"invalid": _("The code of your own mode begins with OWN-.")},
    )  # fmt: skip
    zh = forms.CharField(label=_("Name in Chinese"), max_length=80)
    en = forms.CharField(label=_("Name in English"), max_length=80)
    document = forms.CharField(
        label=_("Rules as data"), max_length=_LONGEST, required=False,
        widget=forms.Textarea(attrs={"rows": 22, "class": "mono", "spellcheck": "false"}),
    )  # fmt: skip

    def read(self) -> dict[str, Any]:
        """Return the pack, with code and names as the form says.

        Raises:
            ValueError: it is no JSON object.
        """
        values = self.cleaned_data
        names = {"zh": values.get("zh") or "-", "en": values.get("en") or "-"}
        code = values.get("code") or f"{OWN}X"
        document = json.loads(values.get("document") or "{}")
        if not _is_pack_like(document):
            raise ValueError(str(FACTS["schema"]))
        return {**empty(code, names), **document, "code": code, "names": names}


def _is_pack_like(document: object) -> bool:
    """Tell whether pieces can be added to it; what else is wrong is told rule by rule."""
    if not isinstance(document, dict):
        return False
    rules = document.get("rules", [])
    named = isinstance(rules, list) and all(isinstance(one, dict) and "id" in one for one in rules)
    return named and all(
        isinstance(document.get(part, {}), dict) for part in ("parameters", "assets")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def compose(request: StaffRequest) -> HttpResponseBase:
    """Compose a mode from pieces, and keep it."""
    if request.method != "POST":
        form = ComposeForm(initial=_begun(request))
        return _shown(request, form, None)
    form = ComposeForm(request.POST)
    valid = form.is_valid()
    act = request.POST.get("act", "")
    try:
        document = form.read()
        if act.startswith("add:"):
            document = with_piece(document, act.removeprefix("add:"))
            form = ComposeForm(initial={**form.cleaned_data, "document": _text(document)})
        elif act == "keep" and valid:
            row = keep(document, actor=request.actor, now=utc_now())
            messages.success(request, translate("The mode was kept. Now judge and simulate it."))
            return redirect(f"/rewards/{row.code}/")
    except (ValueError, DomainError) as refusal:
        form.add_error(None, _reason(refusal))
        document = None
    return _shown(request, form, document)


@require_POST
@staff_page(VIEW)
def preview(request: StaffRequest) -> HttpResponseBase:
    """Show what a document amounts to now; the page fetches it while somebody writes."""
    form = ComposeForm(request.POST)
    form.is_valid()
    try:
        document: dict[str, Any] | None = form.read()
    except ValueError:
        document = None
    return render(request, "backoffice/rewards/seen.html", _seen(document))


def _shown(
    request: HttpRequest, form: ComposeForm, document: dict[str, Any] | None
) -> HttpResponseBase:
    if document is None and not form.is_bound:
        names = {"zh": form.initial["zh"], "en": form.initial["en"]}
        document = {**empty(form.initial["code"], names), **json.loads(form.initial["document"])}
    context = {
        "form": form,
        "pieces": [(name, worded(piece)) for name, piece in pieces().items()],
        "starts": [(one, worded(pack(one).names)) for one in codes()],
        "own": [
            (row.code, worded(row.document["names"])) for row in OwnPack.objects.order_by("-id")
        ],
        **_seen(document),
    }
    return render(request, "backoffice/rewards/compose.html", context)


def _seen(document: dict[str, Any] | None) -> dict[str, Any]:
    if document is None:
        return {"faults": [(("", "schema", ""), FACTS["schema"])], "is_empty": False}
    if not document["rules"]:
        return {"is_empty": True}
    looked = seen(document)
    return {
        "faults": [(one, FACTS.get(one.fact, one.fact)) for one in looked.problems],
        "manifest": looked.manifest,
        "paying": [
            (one, event_called(one.event), payee_called(one.selector))
            for one in (looked.manifest.rules if looked.manifest else ())
        ],
        "places": told(looked.verdicts) if looked.verdicts else [],
    }


def _begun(request: HttpRequest) -> dict[str, Any]:
    """Return what the form begins with: nothing, or a copy of another pack."""
    start = request.GET.get("from", "")
    code, names = f"{OWN}1", {"zh": "我的模式", "en": "My mode"}
    if start in codes() or OwnPack.objects.filter(code=start).exists():
        found = pack(start)
        keeps = start.startswith(OWN)
        code, names = (start, dict(found.names)) if keeps else (f"{OWN}{start}", dict(found.names))
        document = {
            key: value for key, value in found.document.items()
            if key in {"schema", "version", "base", "cap", "parameters", "assets", "let", "rules"}
        }  # fmt: skip
    else:
        document = empty(code, names)
    return {"code": code, **names, "document": _text(document)}


def _text(document: Mapping[str, Any]) -> str:
    kept = {key: value for key, value in document.items() if key not in {"code", "names"}}
    return json.dumps(kept, ensure_ascii=False, indent=2)


def _reason(refusal: ValueError | DomainError) -> str:
    if isinstance(refusal, ValueError):
        return str(FACTS["schema"])
    faults: Any = refusal.fields.get("problems", [])
    return " ".join(
        [
            str(refusal.title),
            *(f"{one['rule']}: {FACTS.get(one['fact'], one['fact'])}" for one in faults),
        ]
    )
