"""The page of top-ups in the menus of partners and the operator."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.menu import Entry
from kernel.tenancy.context import current_tenant_or_none

MANAGE: Final = "billing.manage"
_ENTRIES: Final = (Entry("/top-ups/", _("Top-ups"), "card", MANAGE),)


def top_up_pages(_request: HttpRequest) -> tuple[Entry, ...]:
    """Return the page; none inside a tenant."""
    return () if current_tenant_or_none() is not None else _ENTRIES
