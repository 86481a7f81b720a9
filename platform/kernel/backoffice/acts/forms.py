"""How the log is narrowed down."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.audit.selectors import AuditFilter
from kernel.backoffice.pieces import NarrowForm
from kernel.backoffice.sentences import SENTENCES
from kernel.common.time import day_bounds
from kernel.tenancy.context import current_tenant_or_none

_LONGEST: Final = 120
_UTC: Final = "UTC"


class ActFilter(NarrowForm):
    """Which entries of the log are shown."""

    text = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=_LONGEST,
        widget=forms.SearchInput(attrs={"placeholder": _("Name, number, reason or value")}),
    )
    who = forms.CharField(label=_("Who"), required=False, max_length=_LONGEST)
    action = forms.ChoiceField(label=_("What"), required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    # From links: everything about one thing, or by one person.
    object_type = forms.CharField(required=False, max_length=_LONGEST, widget=forms.HiddenInput)
    object_id = forms.CharField(required=False, max_length=_LONGEST, widget=forms.HiddenInput)
    actor = forms.CharField(required=False, max_length=_LONGEST, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = sorted(((code, str(text)) for code, text in SENTENCES.items()), key=lambda e: e[1])
        field = self.fields["action"]
        field.choices = [("", _("All")), *said]  # type: ignore[attr-defined]  # `fields` knows no kinds of fields

    def asked(self) -> AuditFilter:
        """Return the filter."""
        told = self.wanted()
        tenant = current_tenant_or_none()
        zone = tenant.zone if tenant is not None else _UTC
        since, until = told.get("since"), told.get("until")
        return AuditFilter(
            text=told.get("text", "").replace("\x00", ""),
            actor_name=told.get("who", "").replace("\x00", ""),
            actor_id=told.get("actor", "").replace("\x00", ""),
            action=told.get("action", ""),
            object_type=told.get("object_type", "").replace("\x00", ""),
            object_id=told.get("object_id", "").replace("\x00", ""),
            since=day_bounds(since, zone)[0] if since else None,
            until=day_bounds(until, zone)[1] if until else None,
            with_seals=False,
        )
