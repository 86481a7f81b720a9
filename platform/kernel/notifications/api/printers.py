"""Printers over the admin API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.notifications.api.admin import MANAGE, VIEW
from kernel.notifications.models import Printer
from kernel.notifications.services.printers import (
    MOST_COPIES,
    PrinterDraft,
    remove_printer,
    save_printer,
)


class PrinterTold(serializers.Serializer[Any]):
    """What a printer shall be; secrets that are left out stay as they are kept."""

    name = serializers.CharField(max_length=80)
    driver = serializers.CharField(max_length=40, help_text="`feie`, `http`, or a module's.")
    copies = serializers.IntegerField(min_value=1, max_value=MOST_COPIES, default=1)
    is_on = serializers.BooleanField(default=True)
    values = serializers.DictField(
        child=serializers.CharField(max_length=500, allow_blank=True),
        default=dict,
        help_text="`user`, `number` and `key` for Feie; `url` and `secret` for an address.",
    )


class PrinterShown(serializers.Serializer[Any]):
    """A printer, without its secrets."""

    id = serializers.CharField()
    name = serializers.CharField()
    driver = serializers.CharField()
    copies = serializers.IntegerField()
    is_on = serializers.BooleanField()
    values = serializers.DictField(child=serializers.CharField())


@idempotency_exempt
class PrintersView(StaffView):
    """All printers; an answer that was kept to be repeated would keep what was sent with it."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=items_of(PrinterShown))
    def get(self, request: Request) -> Response:
        """Return the printers by their names."""
        return Response({"items": [_shown(row) for row in Printer.objects.order_by("name", "id")]})

    @extend_schema(request=PrinterTold, responses={201: PrinterShown})
    def post(self, request: Request) -> Response:
        """Set a printer up."""
        draft = PrinterDraft(**checked(PrinterTold, request.data))
        return Response(_shown(save_printer(draft, actor=self.actor, now=utc_now())), status=201)


@idempotency_exempt
class PrinterView(StaffView):
    """One printer."""

    permissions_by_method = {"PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=PrinterTold, responses=PrinterShown)
    def put(self, request: Request, printer: str) -> Response:
        """Change the printer."""
        key = parse_public_id("prn", printer)
        draft = PrinterDraft(**checked(PrinterTold, request.data))
        row = save_printer(draft, actor=self.actor, now=utc_now(), printer_id=key)
        return Response(_shown(row))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, printer: str) -> Response:
        """Forget the printer."""
        remove_printer(parse_public_id("prn", printer), actor=self.actor, now=utc_now())
        return Response(status=204)


def _shown(row: Printer) -> dict[str, Any]:
    names = ("name", "driver", "copies", "is_on", "values")
    return {"id": row.public_id, **{name: getattr(row, name) for name in names}}
