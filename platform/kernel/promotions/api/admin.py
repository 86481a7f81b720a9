"""Promotions and coupons over the admin API."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import in_part, items_of
from kernel.api.public_ids import PublicIdField
from kernel.catalogue.api.fields import SPARSE, checked, sparse
from kernel.common.csv import csv_lines
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.promotions.api.forms import (
    BatchAsked,
    BatchShown,
    NewPromotion,
    NewTemplate,
    PromotionChanged,
    PromotionDetailShown,
    PromotionShown,
    TemplateChanged,
    TemplateDetailShown,
    TemplateShown,
    batch_data,
    figures_data,
    promotion_data,
    promotion_told,
    template_data,
    template_told,
)
from kernel.promotions.choices import CouponState
from kernel.promotions.errors import UnknownBatch, UnknownPromotion, UnknownTemplate
from kernel.promotions.models import CodeBatch, CouponTemplate, Promotion
from kernel.promotions.selectors import figures_of, states_of
from kernel.promotions.services import (
    PromotionFields,
    TemplateFields,
    ask_for_codes,
    change_promotion,
    change_template,
    code_rows,
    create_promotion,
    create_template,
    give,
    revoke,
)
from kernel.promotions.services.taking import MOST_GIVEN
from kernel.promotions.tasks import begin
from kernel.tenancy.context import current_tenant

VIEW, MANAGE, GIVE = "promotions.view", "promotions.manage", "coupons.give"
_MOST = 1_000


class PromotionsView(StaffView):
    """All promotions."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(parameters=[SPARSE], responses=items_of(in_part(PromotionShown)))
    def get(self, request: Request) -> Response:
        """Return the promotions, the newest first."""
        rows = Promotion.objects.filter(managed_by="").order_by("-created_at", "-id")[:_MOST]
        return Response({"items": [sparse(promotion_data(row), request) for row in rows]})

    @extend_schema(request=NewPromotion, responses={201: PromotionShown})
    def post(self, request: Request) -> Response:
        """Make a promotion."""
        asked = checked(NewPromotion, request.data)
        currency = current_tenant().currency
        row = create_promotion(
            kind=asked.pop("kind"),
            currency=currency,
            told=cast("PromotionFields", promotion_told(asked, currency)),
            actor=self.actor,
            now=utc_now(),
        )
        return Response(promotion_data(row), status=201)


class PromotionView(StaffView):
    """One promotion."""

    permissions_by_method = {"GET": VIEW, "PATCH": MANAGE}

    @extend_schema(responses=PromotionDetailShown)
    def get(self, request: Request, promotion: str) -> Response:
        """Return the promotion, and how it was used."""
        row = _promotion(promotion)
        figures = figures_data(figures_of(promotion_id=row.pk), row.currency)
        return Response({**promotion_data(row), "figures": figures})

    @extend_schema(request=PromotionChanged, responses=PromotionShown)
    def patch(self, request: Request, promotion: str) -> Response:
        """Change some of its particulars."""
        row = _promotion(promotion)
        asked = checked(PromotionChanged, request.data, partial=True)
        told = cast("PromotionFields", promotion_told(asked, row.currency))
        changed = change_promotion(row.pk, told, actor=self.actor, now=utc_now())
        return Response(promotion_data(changed))


class TemplatesView(StaffView):
    """All kinds of coupons."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(parameters=[SPARSE], responses=items_of(in_part(TemplateShown)))
    def get(self, request: Request) -> Response:
        """Return the kinds of coupons, the newest first."""
        rows = CouponTemplate.objects.order_by("-created_at", "-id")[:_MOST]
        return Response({"items": [sparse(template_data(row), request) for row in rows]})

    @extend_schema(request=NewTemplate, responses={201: TemplateShown})
    def post(self, request: Request) -> Response:
        """Make a kind of coupon."""
        asked = checked(NewTemplate, request.data)
        currency = current_tenant().currency
        row = create_template(
            kind=asked.pop("kind"),
            currency=currency,
            told=cast("TemplateFields", template_told(asked, currency)),
            actor=self.actor,
            now=utc_now(),
        )
        return Response(template_data(row), status=201)


class TemplateView(StaffView):
    """One kind of coupon."""

    permissions_by_method = {"GET": VIEW, "PATCH": MANAGE}

    @extend_schema(responses=TemplateDetailShown)
    def get(self, request: Request, template: str) -> Response:
        """Return it, and how its coupons were used."""
        row = _template(template)
        figures = figures_data(figures_of(template_id=row.pk), row.currency)
        return Response({**template_data(row), "figures": figures, "coupons": states_of(row.pk)})

    @extend_schema(request=TemplateChanged, responses=TemplateShown)
    def patch(self, request: Request, template: str) -> Response:
        """Change some of its particulars; coupons in people's hands keep their dates."""
        row = _template(template)
        asked = checked(TemplateChanged, request.data, partial=True)
        told = cast("TemplateFields", template_told(asked, row.currency))
        changed = change_template(row.pk, told, actor=self.actor, now=utc_now())
        return Response(template_data(changed))


class GiftAsked(serializers.Serializer[Any]):
    """Who gets a coupon."""

    members = serializers.ListField(child=PublicIdField("mem"), min_length=1, max_length=MOST_GIVEN)


class GivenShown(serializers.Serializer[Any]):
    """The coupons that were given."""

    coupons = serializers.ListField(child=serializers.CharField())


class GiveView(StaffView):
    """Coupons that staff give."""

    permissions_by_method = {"POST": GIVE}

    @extend_schema(request=GiftAsked, responses={201: GivenShown})
    def post(self, request: Request, template: str) -> Response:
        """Give each of some members a coupon: all of them, or none."""
        asked = checked(GiftAsked, request.data)
        made = give(_key(template), asked["members"], actor=self.actor, now=utc_now())
        return Response({"coupons": [row.public_id for row in made]}, status=201)


class RevokeAsked(serializers.Serializer[Any]):
    """Why a coupon is withdrawn."""

    reason = serializers.CharField(max_length=300, allow_blank=True, default="")


class RevokedShown(serializers.Serializer[Any]):
    """A coupon that was withdrawn."""

    id = serializers.CharField()
    state = serializers.ChoiceField(choices=CouponState.choices)


class RevokeView(StaffView):
    """The end of a coupon."""

    permissions_by_method = {"POST": GIVE}

    @extend_schema(request=RevokeAsked, responses=RevokedShown)
    def post(self, request: Request, coupon: str) -> Response:
        """Withdraw a coupon that is not in use."""
        asked = checked(RevokeAsked, request.data)
        key = parse_public_id("cpn", coupon)
        row = revoke(key, reason=asked["reason"], actor=self.actor, now=utc_now())
        return Response({"id": row.public_id, "state": row.state})


class BatchesView(StaffView):
    """Batches of codes of one kind of coupon."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=items_of(BatchShown))
    def get(self, request: Request, template: str) -> Response:
        """Return the batches, the newest first."""
        rows = CodeBatch.objects.filter(template=_template(template)).order_by("-created_at", "id")
        return Response({"items": [batch_data(row) for row in rows[:_MOST]]})

    @extend_schema(request=BatchAsked, responses={202: BatchShown})
    def post(self, request: Request, template: str) -> Response:
        """Have codes made in the background; ask for the batch to see how far it is."""
        asked = checked(BatchAsked, request.data)
        row = ask_for_codes(_key(template), **asked, actor=self.actor, now=utc_now())
        begin(row.pk)
        return Response(batch_data(row), status=202)


class BatchView(StaffView):
    """One batch of codes."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=BatchShown)
    def get(self, request: Request, batch: str) -> Response:
        """Return how far it is."""
        return Response(batch_data(_batch(batch)))


class CodesView(StaffView):
    """The codes of a batch."""

    permissions_by_method = {"GET": MANAGE}

    @extend_schema(
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="The codes.")}
    )
    def get(self, request: Request, batch: str) -> StreamingHttpResponse:
        """Return the codes, and which of them were used, as CSV."""
        lines = csv_lines(code_rows(_batch(batch).pk))
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")


def _promotion(text: str) -> Promotion:
    row = Promotion.objects.filter(pk=parse_public_id("pro", text)).first()
    if row is None:
        raise UnknownPromotion
    return row


def _key(text: str) -> UUID:
    return parse_public_id("cpt", text)


def _template(text: str) -> CouponTemplate:
    row = CouponTemplate.objects.filter(pk=_key(text)).first()
    if row is None:
        raise UnknownTemplate
    return row


def _batch(text: str) -> CodeBatch:
    row = CodeBatch.objects.filter(pk=parse_public_id("cpb", text)).first()
    if row is None:
        raise UnknownBatch
    return row
