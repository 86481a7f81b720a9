"""Views that go wrong in every way, for the tests beside."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.common.errors import DomainError
from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.ratelimit import Limit, LimitThrottle, WhenDown, rate_limited
from kernel.common.secrets.models import TenantSecret

handler400 = "kernel.api.problems.bad_request"
handler403 = "kernel.api.problems.permission_denied"
handler404 = "kernel.api.problems.page_not_found"
handler500 = "kernel.api.problems.server_error"


class ShelfFull(DomainError):
    """A refusal of the tests."""

    code: ClassVar[str] = "shelf.full"
    status: ClassVar[int] = 409
    title = _("Too many requests. Please wait a moment.")


class _Line(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=3)


class _Order(serializers.Serializer[Any]):
    name = serializers.CharField()
    lines = _Line(many=True)


class OrderView(APIView):
    """Validates."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        """Refuse or accept."""
        order = _Order(data=request.data)
        order.is_valid(raise_exception=True)
        return Response({"ok": True})


class FullView(APIView):
    """Refuses."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, _request: Request) -> Response:
        """Refuse."""
        raise ShelfFull("three of three", capacity=3)


class _ThreePerHour(LimitThrottle):
    limit = Limit("throttled", "3/hour", WhenDown.REFUSE)


class ThrottledView(APIView):
    """Counts."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (_ThreePerHour,)

    def get(self, _request: Request) -> Response:
        """Answer."""
        return Response({"ok": True})


def fail(_request: HttpRequest, how: str) -> HttpResponse:
    """Go wrong as told."""
    errors: dict[str, Exception] = {
        "missing": Http404("No SecretModel matches"),
        "forbidden": PermissionDenied("inner reason"),
        "suspicious": SuspiciousOperation("inner reason"),
        "refused": ShelfFull("three of three", capacity=3),
        "bug": ZeroDivisionError("inner reason 13912345678"),
    }
    raise errors[how]


def form(_request: HttpRequest) -> HttpResponse:
    """Need a CSRF token."""
    return HttpResponse("ok")


@rate_limited(Limit("guess", "2/minute;5/hour", WhenDown.REFUSE))
def guess(_request: HttpRequest) -> HttpResponse:
    """Count guesses."""
    return HttpResponse("ok")


@rate_limited(Limit("read", "2/minute", WhenDown.PASS))
def read(_request: HttpRequest) -> HttpResponse:
    """Count reads."""
    return HttpResponse("ok")


@csrf_exempt
def write(request: HttpRequest) -> HttpResponse:
    """Write a row; the note tells how to end."""
    note = request.GET.get("note", "")
    now = timezone.now()
    row = TenantSecret.objects.create(
        purpose=str(uuid4()), blob=b"", key_id=note, created_at=now, updated_at=now
    )
    with connection.cursor() as cursor:
        if note == "slow":
            cursor.execute("SELECT pg_sleep(0.6)")
        if note == "hang":
            cursor.execute("SELECT pg_sleep(30)")
    if note == "crash":
        raise ZeroDivisionError
    if note == "stream":
        return StreamingHttpResponse(iter([b"a"]))  # type: ignore[return-value]
    if note == "large":
        return HttpResponse(b"x" * 300_000)
    status = int(note) if note.isdigit() else 201
    return JsonResponse(
        {"row": row.purpose}, status=status, headers={"Location": f"/api/rows/{row.purpose}"}
    )


@csrf_exempt
@idempotency_exempt
def write_exempt(request: HttpRequest) -> HttpResponse:
    """Write a row each time."""
    return write(request)


urlpatterns = [
    path("api/orders", OrderView.as_view()),
    path("api/full", FullView.as_view()),
    path("api/throttled", ThrottledView.as_view()),
    path("api/fail/<str:how>", fail),
    path("fail/<str:how>", fail),
    path("form", form),
    path("api/guess", guess),
    path("api/read", read),
    path("api/write", write),
    path("api/write-exempt", write_exempt),
]
