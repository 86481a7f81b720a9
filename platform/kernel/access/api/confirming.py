"""Typing the password again, over the admin API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import IsStaff, StaffView
from kernel.access.confirming import confirm
from kernel.access.models import Staff
from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.time import utc_now


class PasswordTold(serializers.Serializer[Any]):
    """The password of whoever is signed in."""

    password = serializers.CharField(max_length=256, trim_whitespace=False)


@idempotency_exempt
class ConfirmationView(StaffView):
    """Opens, for ten minutes, what asks for the password again."""

    permission_classes = (IsStaff,)

    @extend_schema(request=PasswordTold, responses={204: OpenApiResponse(description="Confirmed.")})
    def post(self, request: Request) -> Response:
        """Confirm with the password who is signed in."""
        told = PasswordTold(data=request.data)
        told.is_valid(raise_exception=True)
        person = request.user
        assert isinstance(person, Staff)  # noqa: S101  `IsStaff` lets nobody else pass
        confirm(request.session, person, told.validated_data["password"], now=utc_now())
        return Response(status=204)
