"""The editor in the console's menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.menu import Entry
from kernel.backoffice.pages import SHOP
from kernel.tenancy.context import current_tenant_or_none
from themes.editor.facts import EDIT

_ENTRIES = (Entry("/design/", _("Design of the shop"), "brush", EDIT, SHOP),)


def design_pages(_request: HttpRequest) -> tuple[Entry, ...]:
    """Return the page; none outside a tenant."""
    return _ENTRIES if current_tenant_or_none() is not None else ()
