"""What the console's pages have in common: pages of lists, ids in paths, files to keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, QueryDict, StreamingHttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import local_date, utc_now
from kernel.tenancy.context import current_tenant

PAGE_SIZE: Final = 50


class NarrowForm(forms.Form):
    """What a list is narrowed down by. What cannot be read narrows nothing."""

    def wanted(self) -> dict[str, Any]:
        """Return the values that were given and can be read."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}


def paged(request: HttpRequest, rows: QuerySet[Any, Any], *, size: int = PAGE_SIZE) -> Page[Any]:
    """Return the page of a list that a request asks for; the nearest when it is not there."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def query_without_page(query: QueryDict) -> str:
    """Return a query that keeps the filter of a list and begins at its first page."""
    kept = query.copy()
    kept.pop("page", None)
    return str(kept.urlencode())


def narrowed_page(
    request: HttpRequest, narrow: NarrowForm, rows: Callable[[dict[str, Any]], QuerySet[Any, Any]]
) -> tuple[Page[Any], dict[str, Any]]:
    """Return the page of a narrowed list, and what its template knows of page and filter.

    Args:
        request: whose query names the page.
        narrow: the filter, filled.
        rows: returns the whole list for what the filter wants.
    """
    wanted = narrow.wanted()
    page = paged(request, rows(wanted))
    return page, {
        "filter": narrow,
        "is_narrowed": bool(wanted),
        "page": page,
        "query": query_without_page(request.GET),
    }


def inner_path(wanted: str | None) -> str:
    """Return a path on this host; the start page for anything else."""
    if wanted and wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None):
        return wanted
    return "/"


def identified(prefix: str, text: str) -> UUID:
    """Return the id in a path.

    Raises:
        Http404: it is none of this kind.
    """
    try:
        return parse_public_id(prefix, text)
    except InvalidId as error:
        raise Http404 from error


def found(row: Model | None) -> Any:
    """Return a row that is there.

    Raises:
        Http404: there is none.
    """
    if row is None:
        raise Http404
    return row


def csv_file(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    """Return lines as a CSV file whose name carries the tenant's day."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    day = local_date(utc_now(), current_tenant().zone)
    response["Content-Disposition"] = f'attachment; filename="{name}-{day}.csv"'
    return response
