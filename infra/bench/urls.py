"""The storefront's routes, and a page that reads the tenant's own tables.

The front page is a theme's; until a tenant has chosen one there may be none, so
sign-up is timed to the answer of this page, which needs all that any page
needs: the host is known, the schema is there, the role may read it.
"""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls_store import urlpatterns as store_urls
from kernel.tenancy.context import current_tenant


def answer(request: HttpRequest) -> HttpResponse:
    """Answer with the tenant's name and how many products it has."""
    del request
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM shop_catalogue_product")
        count = cursor.fetchone()[0]
    return HttpResponse(f"{current_tenant().name}: {count}")


urlpatterns = [*store_urls, path("bench/answer/", answer)]
