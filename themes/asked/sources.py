"""Forms of the shop as blocks ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

from kernel.forms.answers import longest_of
from kernel.forms.choices import AskKind
from kernel.forms.document import Ask, asks_of
from kernel.forms.models import Form
from kernel.i18n.languages import in_any
from kernel.members.models import Member
from themes.contract import Binding, PageContext
from themes.fields import Json
from themes.sources import Source

_INPUTS: Final = {AskKind.EMAIL: "email", AskKind.PHONE: "tel", AskKind.DATE: "date"}
_COMPLETE: Final = {AskKind.EMAIL: "email", AskKind.PHONE: "tel"}


def form_data(row: Form, language: str) -> dict[str, Json]:
    """Return a form as templates draw it, in a language."""
    return {
        "code": row.code,
        "name": in_any(row.names, language),
        "thanks": in_any(row.thanks, language),
        "is_open": row.is_open and bool(row.fields),
        "is_once": row.is_once,
        "asks": [_ask(each, language) for each in asks_of(row.fields)],
    }


def _ask(ask: Ask, language: str) -> Json:
    kind = AskKind(ask.kind)
    return {
        "key": ask.key,
        "kind": ask.kind,
        "input": _INPUTS.get(kind, "text"),
        "autocomplete": _COMPLETE.get(kind, ""),
        "label": in_any(ask.label, language),
        "help": in_any(ask.help, language),
        "is_required": ask.is_required,
        "longest": longest_of(ask),
        "choices": [
            {"key": each["key"], "text": in_any(_texts(each), language)} for each in ask.choices
        ],
    }


def _texts(choice: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in choice.items() if name != "key"}


def _load(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    codes = {str(each.get("code", "")) for each in bindings}
    found = {row.code: form_data(row, page.language) for row in Form.objects.filter(code__in=codes)}
    return [found.get(str(each.get("code", ""))) for each in bindings]


def _load_viewer(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    viewer = page.viewer
    login = ""
    if viewer is not None and viewer.member_id:
        rows = Member.objects.filter(pk=viewer.member_id)
        login = rows.values_list("login", flat=True).first() or ""
    known = {"email": login} if "@" in login else {"phone": login}
    # A token for each form that is drawn, so that a second press is the same submission.
    return [{"known": known, "token": uuid4().hex} for _each in bindings]


ONE: Final = Source(of="forms.one", load=_load, reads=("forms",))
VIEWER: Final = Source(of="forms.viewer", load=_load_viewer, reads=(), vary="member")
