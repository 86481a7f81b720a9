"""The partner itself, its sub-partners and its webhooks, over the channel API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.models import Channel
from channel_center.partners.api.authentication import PartnerView
from channel_center.partners.api.forms import (
    ApplicationShown,
    DeliveryShown,
    PartnerShown,
    PartnerTold,
    SelfShown,
    WebhookMade,
    WebhookShown,
    WebhookTold,
    application_shown,
    credit_shown,
    delivery_shown,
    partner_shown,
    webhook_shown,
)
from channel_center.partners.api.paging import CURSOR, page_of, pages_of
from channel_center.partners.selectors import (
    applications,
    deliveries_of,
    endpoints_of,
    partners_below,
    visible_tenants,
)
from channel_center.partners.services.endpoints import make_endpoint, remove_endpoint, replay
from channel_center.partners.services.standing import level_of, path_of
from channel_center.partners.services.tree import PartnerDraft, apply_below, terms_of
from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.ids import parse_public_id


class SelfView(PartnerView):
    """The partner that asks."""

    permissions_by_method = {"GET": "tenants.view"}

    @extend_schema(responses=SelfShown)
    def get(self, request: Request) -> Response:
        """Return the partner, its terms and how far it is held back."""
        channel, terms = Channel.objects.get(pk=self.channel_id), terms_of(self.channel_id)
        return Response(
            {
                "id": channel.public_id,
                "name": channel.name,
                "host": channel.host,
                "hold_level": level_of(path_of(channel.pk)),
                "levels_below": terms.levels_below,
                "credit_limit": credit_shown(terms),
                "currency": terms.currency,
                "tenants": visible_tenants(self.asks).count(),
            }
        )


class SubPartnersView(PartnerView):
    """The partners right below."""

    permissions_by_method = {"GET": "channels.view"}

    @extend_schema(responses=items_of(PartnerShown))
    def get(self, request: Request) -> Response:
        """Return the sub-partners by name."""
        return Response({"items": [partner_shown(row) for row in partners_below(self.channel_id)]})


class ApplicationsView(PartnerView):
    """Wishes for sub-partners."""

    permissions_by_method = {"GET": "channels.view", "POST": "channels.manage"}

    @extend_schema(responses=pages_of(ApplicationShown), parameters=[CURSOR])
    def get(self, request: Request) -> Response:
        """Return what was asked for, the latest first."""
        rows = applications(parent_id=self.channel_id).select_related("channel")
        found, cursor = page_of(rows, request, "apl")
        items = [application_shown(row) for row in found]
        return Response({"items": items, "next_cursor": cursor})

    @extend_schema(request=PartnerTold, responses={201: ApplicationShown})
    def post(self, request: Request) -> Response:
        """Ask for a sub-partner."""
        told = checked(PartnerTold, request.data)
        brand = {
            "name": told["name"].strip(),
            "colour": told.pop("colour").lower(),
            "support_email": told.pop("support_email"),
        }
        draft = PartnerDraft(**told, brand=brand)
        row, _invited = apply_below(self.channel_id, draft, actor=self.actor)
        row.refresh_from_db()
        return Response(application_shown(row), status=201)


# An answer that is kept to be repeated would keep the secret with it.
@idempotency_exempt
class WebhooksView(PartnerView):
    """Addresses that are told."""

    permissions_by_method = {"GET": "webhooks.manage", "POST": "webhooks.manage"}

    @extend_schema(responses=items_of(WebhookShown))
    def get(self, request: Request) -> Response:
        """Return the webhooks, the newest first."""
        return Response({"items": [webhook_shown(row) for row in endpoints_of(self.channel_id)]})

    @extend_schema(request=WebhookTold, responses={201: WebhookMade})
    def post(self, request: Request) -> Response:
        """Tell an address from now on; the secret is in this answer and in no other."""
        told = checked(WebhookTold, request.data)
        row, secret = make_endpoint(self.channel_id, **told, actor=self.actor)
        return Response({**webhook_shown(row), "secret": secret}, status=201)


class WebhookView(PartnerView):
    """One address that is told."""

    permissions_by_method = {"DELETE": "webhooks.manage"}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, webhook: str) -> Response:
        """Tell an address nothing any more."""
        remove_endpoint(self.channel_id, parse_public_id("whe", webhook), actor=self.actor)
        return Response(status=204)


class DeliveriesView(PartnerView):
    """What was told."""

    permissions_by_method = {"GET": "webhooks.manage"}

    @extend_schema(responses=pages_of(DeliveryShown), parameters=[CURSOR])
    def get(self, request: Request) -> Response:
        """Return what was told last, the latest first."""
        found, cursor = page_of(deliveries_of(self.channel_id), request, "whd")
        return Response({"items": [delivery_shown(row) for row in found], "next_cursor": cursor})


class ReplayView(PartnerView):
    """Another try."""

    permissions_by_method = {"POST": "webhooks.manage"}

    @extend_schema(request=None, responses=DeliveryShown)
    def post(self, request: Request, delivery: str) -> Response:
        """Send what was told once more, under the same id."""
        row = replay(self.channel_id, parse_public_id("whd", delivery), actor=self.actor)
        return Response(delivery_shown(row))
