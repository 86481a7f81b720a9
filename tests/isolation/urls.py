"""Views that a careless author might write."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.urls import path

from kernel.access.models import Role
from kernel.tenancy.context import current_tenant


def marks(request: HttpRequest) -> JsonResponse:
    """Say whose rows are seen."""
    codes = sorted(Role.objects.filter(code__startswith="mark-").values_list("code", flat=True))
    return JsonResponse({"tenant": current_tenant().name, "marks": codes})


def nothing(request: HttpRequest) -> JsonResponse:
    """Answer without a query."""
    return JsonResponse({"tenant": current_tenant().name})


def broken(request: HttpRequest) -> JsonResponse:
    """Fail inside a transaction, after a statement the database refused."""
    with transaction.atomic():
        Role.objects.count()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
    return JsonResponse({})


def half_broken(request: HttpRequest) -> JsonResponse:
    """Fail inside a savepoint and go on."""
    with transaction.atomic():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        except Exception:  # noqa: BLE001  a careless author
            pass
        return marks(request)


def cached(request: HttpRequest) -> JsonResponse:
    """Keep something under a key that says nothing of the tenant."""
    value = cache.get_or_set("cart", current_tenant().name, timeout=60)
    return JsonResponse({"cart": value})


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    """Send rows one by one, after the view has returned."""

    def rows() -> Iterator[str]:
        for role in Role.objects.filter(code__startswith="mark-").iterator():
            yield role.code + "\n"

    return StreamingHttpResponse(rows())


urlpatterns = [
    path("marks", marks),
    path("nothing", nothing),
    path("broken", broken),
    path("half-broken", half_broken),
    path("cached", cached),
    path("streamed", streamed),
]
