"""Work on many tenants over the channel API: beginning it, watching it, stopping it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.bulk.choices import (
    ASKED_ELSEWHERE,
    FOR_OPERATOR,
    BulkAction,
    BulkState,
    ItemState,
)
from channel_center.bulk.errors import InvalidBulk, UnknownBulk
from channel_center.bulk.models import BulkItem
from channel_center.bulk.selectors import Progress, listed_items, progress_of, runs_of, shown
from channel_center.bulk.services.beginning import LONGEST_HOURS, MOST, begin, stop, try_again
from channel_center.bulk.services.copying import copy_pages, take_back_all
from channel_center.operations.choices import Urgency
from channel_center.partners.api.authentication import PartnerView
from channel_center.partners.api.paging import CURSOR, page_of, pages_of
from channel_center.partners.selectors import visible_tenants
from channel_center.snapshots.services.copying import LONGEST_TITLE, Wish, copyable_pages
from kernel.catalogue.api.fields import checked
from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id, public_id
from kernel.tenancy.errors import UnknownTenant
from tenants.choices import HoldLevel

_VIEW, _MANAGE = "tenants.view", "tenants.manage"
_ITEMS: Final = 200
_PAGES: Final = 400
_ACTIONS: Final = [each.value for each in BulkAction if each not in FOR_OPERATOR]
_ASKED_HERE: Final = [each for each in _ACTIONS if each not in ASKED_ELSEWHERE]


class BulkTold(serializers.Serializer[Any]):
    """What shall be done to which tenants; each action wants some of the particulars."""

    action = serializers.ChoiceField(choices=_ASKED_HERE)
    tenants = serializers.ListField(
        child=serializers.CharField(max_length=40), min_length=1, max_length=MOST
    )
    level = serializers.ChoiceField(
        choices=[HoldLevel.WARNED.value, HoldLevel.READ_ONLY.value, HoldLevel.CLOSED.value],
        required=False,
        help_text="hold",
    )
    reason = serializers.CharField(max_length=300, required=False, help_text="hold")
    module = serializers.CharField(max_length=64, required=False, help_text="module_on, module_off")
    template = serializers.CharField(max_length=40, required=False, help_text="template")
    text_zh = serializers.CharField(max_length=400, required=False, help_text="announce")
    text_en = serializers.CharField(max_length=400, required=False, help_text="announce")
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False, help_text="announce")
    hours = serializers.IntegerField(
        min_value=1, max_value=LONGEST_HOURS, required=False, help_text="announce"
    )


class CopyTold(serializers.Serializer[Any]):
    """Which pages of a tenant are copied into which others, and how."""

    tenants = serializers.ListField(
        child=serializers.CharField(max_length=40), min_length=1, max_length=MOST
    )
    pages = serializers.ListField(
        child=serializers.CharField(max_length=400),
        min_length=1,
        max_length=_PAGES,
        help_text="Keys of pages; reusable parts that they show go along.",
    )
    title = serializers.CharField(
        max_length=LONGEST_TITLE, help_text="What the owners of the other tenants read of it."
    )
    with_look = serializers.BooleanField(
        default=False, help_text="Whether the others put on the theme and its colours, too."
    )
    as_drafts = serializers.BooleanField(
        default=False, help_text="Whether their owners publish the pages themselves."
    )
    replaces = serializers.BooleanField(
        default=False, help_text="Whether pages are replaced that a tenant made its own."
    )


class PageShown(serializers.Serializer[Any]):
    """A page that can be copied."""

    key = serializers.CharField()
    title = serializers.CharField()


class PagesShown(serializers.Serializer[Any]):
    """The pages of a tenant that can be copied."""

    items = PageShown(many=True)


class BulkShown(serializers.Serializer[Any]):
    """Work on many tenants, and how far it is."""

    id = serializers.CharField()
    action = serializers.ChoiceField(choices=_ACTIONS)
    about = serializers.CharField()
    state = serializers.ChoiceField(choices=BulkState.choices)
    asked_by = serializers.CharField()
    total = serializers.IntegerField()
    ended = serializers.IntegerField()
    undone = serializers.IntegerField(help_text="Refused or left out; `retry/` opens them again.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class BulkItemShown(serializers.Serializer[Any]):
    """The work in one tenant."""

    tenant = serializers.CharField()
    state = serializers.ChoiceField(choices=ItemState.choices)
    why = serializers.CharField(help_text="Why it was refused, in the language of the request.")
    ended_at = serializers.DateTimeField(allow_null=True)


class RunsView(PartnerView):
    """Work on many tenants."""

    permissions_by_method = {"GET": _VIEW, "POST": _MANAGE}

    @extend_schema(responses=pages_of(BulkShown), parameters=[CURSOR])
    def get(self, request: Request) -> Response:
        """Return what was done to many tenants, the newest first."""
        found, cursor = page_of(runs_of(self.channel_id), request, "blk")
        return Response({"items": [_shown(shown(row)) for row in found], "next_cursor": cursor})

    @extend_schema(request=BulkTold, responses={202: BulkShown})
    def post(self, request: Request) -> Response:
        """Have the same done to many tenants, one after the other, in the background."""
        told = checked(BulkTold, request.data)
        keys = [_tenant_id(text) for text in told.pop("tenants")]
        # Of whose tenants somebody sees some alone, he may not name the others.
        if visible_tenants(self.asks).filter(pk__in=keys).count() != len(set(keys)):
            raise UnknownTenant
        action = told.pop("action")
        if "template" in told:
            told["template"] = str(_template_id(told["template"]))
        run = begin(action, keys, told, channel_id=self.channel_id, actor=self.actor)
        return Response(_shown(progress_of(run.pk, channel_id=self.channel_id)), status=202)


class RunView(PartnerView):
    """One piece of work."""

    permissions_by_method = {"GET": _VIEW}

    @extend_schema(responses=BulkShown)
    def get(self, request: Request, run: str) -> Response:
        """Return how far it is."""
        return Response(_shown(_progress(self, run)))


class CopiesView(PartnerView):
    """Copies of a tenant's pages in others."""

    permissions_by_method = {"GET": _VIEW, "POST": _MANAGE}

    @extend_schema(responses=PagesShown)
    def get(self, request: Request, tenant: str) -> Response:
        """Return the published pages of a tenant."""
        found = copyable_pages(self._source(tenant), channel_id=self.channel_id)
        return Response({"items": [{"key": each.key, "title": each.label} for each in found]})

    @extend_schema(request=CopyTold, responses={202: BulkShown})
    def post(self, request: Request, tenant: str) -> Response:
        """Copy pages as they are now into other tenants, in the background."""
        told = checked(CopyTold, request.data)
        keys = [_tenant_id(text) for text in told.pop("tenants")]
        if visible_tenants(self.asks).filter(pk__in=keys).count() != len(set(keys)):
            raise UnknownTenant
        wish = Wish(keys=told.pop("pages"), **told)
        source = self._source(tenant)
        run = copy_pages(source, keys, wish, channel_id=self.channel_id, actor=self.actor)
        return Response(_shown(progress_of(run.pk, channel_id=self.channel_id)), status=202)

    def _source(self, text: str) -> UUID:
        key = _tenant_id(text)
        if not visible_tenants(self.asks).filter(pk=key).exists():
            raise UnknownTenant
        return key


class TakeBackView(PartnerView):
    """The way back of what was brought."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=None, responses={202: BulkShown})
    def post(self, request: Request, run: str) -> Response:
        """Take back in every tenant what was brought; changes since then stay."""
        key = _progress(self, run).run.pk
        made = take_back_all(key, channel_id=self.channel_id, actor=self.actor)
        return Response(_shown(progress_of(made.pk, channel_id=self.channel_id)), status=202)


class ItemsView(PartnerView):
    """The tenants of one piece of work."""

    permissions_by_method = {"GET": _VIEW}

    @extend_schema(
        responses=pages_of(BulkItemShown),
        parameters=[CURSOR, OpenApiParameter("state", str, enum=ItemState.values)],
    )
    def get(self, request: Request, run: str) -> Response:
        """Return how it went in each, in the order in which it is done."""
        seen = visible_tenants(self.asks).values("pk")
        rows = BulkItem.objects.filter(run=_progress(self, run).run, tenant_id__in=seen)
        if (state := request.query_params.get("state", "")) in ItemState.values:
            rows = rows.filter(state=state)
        cursor = request.query_params.get("cursor", "")
        if cursor.isdecimal() and cursor.isascii():
            rows = rows.filter(pk__gt=min(int(cursor), 2**63 - 1))
        found = list(rows.order_by("pk")[: _ITEMS + 1])
        items = [
            {
                "tenant": public_id("ten", each.item.tenant_id),
                "state": each.item.state,
                "why": each.why,
                "ended_at": each.item.ended_at,
            }
            for each in listed_items(found[:_ITEMS])
        ]
        after = str(found[_ITEMS - 1].pk) if len(found) > _ITEMS else None
        return Response({"items": items, "next_cursor": after})


class StopView(PartnerView):
    """The end of one piece of work."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=None, responses=BulkShown)
    def post(self, request: Request, run: str) -> Response:
        """Let what is under way finish and begin nothing more."""
        key = _progress(self, run).run.pk
        stop(key, channel_id=self.channel_id, actor=self.actor)
        return Response(_shown(progress_of(key, channel_id=self.channel_id)))


class RetryView(PartnerView):
    """Another try."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=None, responses={202: BulkShown})
    def post(self, request: Request, run: str) -> Response:
        """Open again what was refused or left out."""
        key = _progress(self, run).run.pk
        try_again(key, channel_id=self.channel_id, actor=self.actor)
        return Response(_shown(progress_of(key, channel_id=self.channel_id)), status=202)


def _progress(view: PartnerView, text: str) -> Progress:
    try:
        key = parse_public_id("blk", text)
    except DomainError as error:
        raise UnknownBulk from error
    return progress_of(key, channel_id=view.channel_id)


def _tenant_id(text: str) -> UUID:
    try:
        return parse_public_id("ten", text)
    except DomainError as error:
        raise UnknownTenant from error


def _template_id(text: str) -> UUID:
    try:
        return parse_public_id("tpl", text)
    except DomainError as error:
        raise InvalidBulk(field="template") from error


def _shown(found: Progress) -> dict[str, object]:
    run = found.run
    return {
        "id": run.public_id,
        "action": run.action,
        "about": found.about,
        "state": run.state,
        "asked_by": run.asked_by,
        "total": found.total,
        "ended": found.ended,
        "undone": found.undone,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
    }
