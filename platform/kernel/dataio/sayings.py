"""What is wrong with a file, a row or a picture, in a sentence for whoever has to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LABELS: Final[Mapping[str, str | Promise]] = {
    "title": gettext_lazy("Name"),
    "handle": gettext_lazy("Address in the shop"),
    "description_html": gettext_lazy("Description"),
    "summary": gettext_lazy("Short text"),
    "brand": gettext_lazy("Brand"),
    "name": gettext_lazy("Name"),
    "tags": gettext_lazy("Tags"),
    "categories": gettext_lazy("Categories"),
    "published": gettext_lazy("On sale"),
    "options": gettext_lazy("Options"),
    "option1": gettext_lazy("First option"),
    "option2": gettext_lazy("Second option"),
    "option3": gettext_lazy("Third option"),
    "sku": gettext_lazy("SKU"),
    "barcode": gettext_lazy("Barcode"),
    "price": gettext_lazy("Price"),
    "compare_at": gettext_lazy("Struck-through price"),
    "cost": gettext_lazy("Cost"),
    "weight_grams": gettext_lazy("Weight (g)"),
    "volume_cm3": gettext_lazy("Volume (cm³)"),
    "freight_template": gettext_lazy("Freight template"),
    "stock": gettext_lazy("Stock"),
    "pictures": gettext_lazy("Pictures"),
    "source_url": gettext_lazy("Address of a picture"),
    "alt": gettext_lazy("Text of a picture"),
    "seo_title": gettext_lazy("Title for search engines"),
    "seo_description": gettext_lazy("Text for search engines"),
}
_more: dict[str, str | Promise] = {}
_ROWS: Final[Mapping[str, Promise]] = {
    "missing": gettext_lazy("This is needed, and nothing stands there."),
    "amount": gettext_lazy("“%(value)s” is no amount with at most %(decimals)s decimals."),
    "negative": gettext_lazy("“%(value)s” is less than nothing."),
    "duplicate": gettext_lazy("The same stands in another row of the file."),
    "too_many": gettext_lazy("A product has at most %(most)s variants."),
    "other_options": gettext_lazy("The product has other options in the shop."),
    "unknown": gettext_lazy("There is no product “%(value)s” in the file."),
    "no_variations": gettext_lazy("None of its variations stands in the file."),
    "kind": gettext_lazy("Products of the kind “%(value)s” cannot be imported."),
    "no_product": gettext_lazy("The shop has nothing with the SKU “%(value)s”."),
    "no_location": gettext_lazy("There is no location “%(value)s”."),
    "no_list": gettext_lazy("There is no price list “%(value)s” that is changed by hand."),
    "no_level": gettext_lazy("There is no level “%(value)s” in use."),
    "no_member": gettext_lazy("There is no member “%(value)s”."),
    "ambiguous": gettext_lazy("Several are called “%(value)s”. Please write the code instead."),
    "whole": gettext_lazy("“%(value)s” is no whole number."),
    "uncounted": gettext_lazy("No stock is kept of “%(value)s”."),
    "currency": gettext_lazy("The price list is in %(value)s."),
    "another_contact": gettext_lazy(
        "The account has another one. What members sign in with is not changed by a file."
    ),
    "two_members": gettext_lazy("“%(value)s” belongs to another member."),
    "not_yours": gettext_lazy("This member is looked after by somebody else."),
    "closed_member": gettext_lazy("This account is closed."),
    "no_document": gettext_lazy("The shop has published no text about this."),
    "": gettext_lazy("“%(value)s” cannot be used here."),
}
_FILES: Final[Mapping[str, Promise]] = {
    "too_large": gettext_lazy("The file is larger than 300 MB."),
    "no_columns": gettext_lazy("The first row must name the columns, at most 500."),
    "encoding": gettext_lazy("It is neither a spreadsheet nor text in UTF-8, UTF-16 or GBK."),
    "binary": gettext_lazy("It is neither a spreadsheet nor text in UTF-8, UTF-16 or GBK."),
    "archive": gettext_lazy("The spreadsheet is damaged. Please save it anew as XLSX or CSV."),
    "zip_bomb": gettext_lazy("The spreadsheet would unpack beyond all measure."),
    "doctype": gettext_lazy("The spreadsheet declares what no spreadsheet needs."),
    "field_too_large": gettext_lazy(
        "A cell in row %(line)s is too large: at most 1,000,000 characters fit."
    ),
    "malformed": gettext_lazy("Row %(line)s is no row of a table."),
}
_PICTURES: Final[Mapping[str, Promise]] = {
    "scheme": gettext_lazy("This is no address of a picture."),
    "address": gettext_lazy("The address does not lead to the open internet."),
    "unreachable": gettext_lazy("Nobody answers there."),
    "status": gettext_lazy("The other side did not give it away."),
    "too_large": gettext_lazy("It is too large."),
    "redirects": gettext_lazy("The address leads on and on."),
    "no_room": gettext_lazy("There is no room for more files. Empty the trash or get more room."),
    "no_picture": gettext_lazy("What stands there is no picture that can be shown."),
}


def add_label(code: str, label: str | Promise) -> None:
    """Say what a column is called, unless it has a name; called while apps are loaded."""
    if code not in LABELS:
        _more[code] = label


def row_saying(fields: Mapping[str, object]) -> str:
    """Return what is wrong with a row, after the name of the column."""
    reason = str(fields.get("reason", ""))
    template = _ROWS.get(reason, _ROWS[""])
    told = {"value": "", "decimals": "", "most": "", **fields}
    return labelled(str(fields.get("column", "")), str(template) % told)


def file_saying(fields: Mapping[str, object]) -> str:
    """Return why a file cannot be read."""
    template = _FILES.get(str(fields.get("reason", "")))
    whole = _("This file cannot be read as a table.")
    return f"{whole} {str(template) % {'line': '', **fields}}" if template else whole


def picture_saying(fault: str) -> str:
    """Return why a picture could not be had, by what is kept of it."""
    return str(_PICTURES.get(fault.removeprefix("fetch_"), ""))


def fault_saying(code: str, text: str, detail: Mapping[str, object]) -> str:
    """Return what was kept of a refusal as a sentence, in the reader's language where that can be.

    Args:
        code: of the refusal.
        text: of the refusal, as it was said then.
        detail: its fields.
    """
    if code == "dataio.row_refused":
        return row_saying(detail)
    if code == "dataio.unreadable":
        return file_saying(detail)
    skus = detail.get("skus")
    if isinstance(skus, list) and skus:
        return f"{text} ({', '.join(str(sku) for sku in skus)})"
    return labelled(str(detail.get("field", "")).rpartition(".")[2], text)


def labelled(column: str, text: str) -> str:
    """Return a sentence after the name of the column that it is about."""
    label = LABELS.get(column) or _more.get(column, column)
    return f"{label}: {text}" if column else text
