"""The page of themes in the console's menu."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.menu import Entry
from kernel.backoffice.pages import SHOP
from kernel.tenancy.context import current_tenant_or_none

MANAGE: Final = "brand.manage"
PATH: Final = "/themes/packs/"


def pack_pages(_request: HttpRequest) -> tuple[Entry, ...]:
    """Return the page; none outside a tenant."""
    if current_tenant_or_none() is None:
        return ()
    return (Entry(PATH, _("Themes"), "brush", MANAGE, SHOP),)
