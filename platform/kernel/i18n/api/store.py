"""What buyers can choose, over the store API."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.i18n.api.forms import RegionShown
from kernel.i18n.languages import named, offered
from kernel.i18n.markets import here
from kernel.members.api.views import OpenView
from kernel.tenancy.context import current_tenant


class RegionView(OpenView):
    """The languages and currencies of the shop."""

    @extend_schema(responses=RegionShown)
    def get(self, request: Request) -> Response:
        """Return what can be chosen.

        A request is answered in the language of ``Accept-Language``. Orders that are placed
        with the header ``X-Currency`` keep the rate of that currency.
        """
        tenant, market = current_tenant(), here()
        return Response(
            {
                "currency": tenant.currency,
                "languages": [
                    {"code": code, "name": name, "is_own": code == tenant.locale}
                    for code, name in named(offered(tenant))
                ],
                "currencies": [
                    {
                        "code": each.code,
                        "rate": each.rate,
                        "rounding": each.rounding,
                        "step_minor": each.step,
                        "below_minor": each.below,
                    }
                    for each in tenant.offers.currencies
                ],
                "market": market.code if market else "",
            }
        )


urlpatterns = [path("region/", RegionView.as_view(), name="region")]
