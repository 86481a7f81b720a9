"""Taxes over the store API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.common.time import utc_now
from kernel.members.api.views import MemberView, told
from kernel.taxes.api.forms import ExemptionShown, ExemptionTold, exemption_data
from kernel.taxes.errors import UnknownExemption
from kernel.taxes.selectors import exemption_of
from kernel.taxes.services import ask


class ExemptionView(MemberView):
    """Whether who calls pays taxes."""

    @extend_schema(responses=ExemptionShown)
    def get(self, request: Request) -> Response:
        """Return the latest exemption that was asked for."""
        row = exemption_of(self.member_id)
        if row is None:
            raise UnknownExemption
        return Response(exemption_data(row))

    @extend_schema(request=ExemptionTold, responses={201: ExemptionShown})
    def post(self, request: Request) -> Response:
        """Ask to be let off taxes, by a number; staff decide."""
        row = ask(self.member_id, **told(ExemptionTold, request), now=utc_now())
        return Response(exemption_data(row), status=201)
