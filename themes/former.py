"""Addresses that pages of the shop's own had before: they lead to where the page is now.

An address names a page, not another address: there are no chains and no loops. A page that
is live at an address comes first, whatever the address led to before.
"""

from __future__ import annotations

from themes.models import FormerAddress, Page, ThemeInstance, ThemeRole
from themes.names import LANDING, is_handle
from themes.store import landing_pages


def keep_former(page: Page, handle: str) -> None:
    """Let an address lead to a page that has another by now; in the caller's transaction."""
    # Where it is by now, it is itself: an address that it had before may be its own again.
    FormerAddress.objects.filter(page=page, handle=page.handle).delete()
    FormerAddress.objects.update_or_create(theme=page.theme, handle=handle, defaults={"page": page})


def copy_former(theme: ThemeInstance, *, into: ThemeInstance) -> None:
    """Let the pages of a copied theme be found where those of the first are found."""
    pages = {row.handle: row for row in Page.objects.filter(theme=into, template=LANDING)}
    rows = FormerAddress.objects.filter(theme=theme).select_related("page")
    FormerAddress.objects.bulk_create(
        FormerAddress(theme=into, page=pages[row.page.handle], handle=row.handle)
        for row in rows
        if row.page.handle in pages
    )


def handle_now(handle: str) -> str:
    """Return the address that the page has now which was live at this one; empty for none.

    One query, for addresses alone that no live page has.
    """
    if not is_handle(handle):
        return ""
    rows = FormerAddress.objects.filter(theme__role=ThemeRole.LIVE, handle=handle)
    found = rows.values_list("page__handle", flat=True).first() or ""
    return found if found in landing_pages() else ""
