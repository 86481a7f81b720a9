"""Requests, what runs and what it owes over the admin API."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.views import NewestFirst
from kernel.members.errors import UnknownMember
from kernel.members.models import Member
from kernel.rewards.composing.api.forms import (
    ActivationNamed,
    ActivationShown,
    ClosingTold,
    LiabilitiesShown,
    ModesAsked,
    ProgrammeShown,
    StatementPart,
)
from kernel.rewards.engine.numbers import text
from kernel.rewards.errors import UnknownProgramme
from kernel.rewards.models import Programme
from kernel.rewards.policy.choices import ActivationState
from kernel.rewards.policy.models import Activation
from kernel.rewards.policy.services import approve, ask, end, refuse
from kernel.rewards.services.liabilities import liabilities, statement_of
from kernel.rewards.services.switching import close, start

VIEW: Final = "rewards.view"
MANAGE: Final = "rewards.manage"
APPROVE: Final = "rewards.approve"


class ActivationsView(StaffView):
    """Requests to run modes."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(
        operation_id="reward_activations",
        parameters=paging("page_size"),
        responses=page_of(ActivationShown),
    )
    def get(self, request: Request) -> Response:
        """Return requests, the newest first."""
        pages = NewestFirst()
        pages.ordering = "-id"
        rows = pages.paginate_queryset(Activation.objects.all(), request, view=self)
        return pages.get_paginated_response(ActivationShown(rows or [], many=True).data)

    @extend_schema(
        operation_id="reward_activations_ask", request=ModesAsked, responses={201: ActivationShown}
    )
    def post(self, request: Request) -> Response:
        """Ask for modes to be run; what is unlawful is refused with the rules it offends."""
        told = checked(ModesAsked, request.data)
        row = ask(
            told["packs"], told["jurisdictions"], reason=told["reason"], actor=self.actor,
            now=utc_now(), parameters=told["parameters"],
        )  # fmt: skip
        return Response(ActivationShown(row).data, status=201)


class _DecideView(StaffView):
    """Something that is done with a request."""

    act: ClassVar[Any]

    def _done(self, activation: str) -> Response:
        row = type(self).act(parse_public_id("act", activation), actor=self.actor, now=utc_now())
        return Response(ActivationShown(row).data)


class ApproveView(_DecideView):
    """The second person's yes."""

    permissions_by_method = {"POST": APPROVE}
    act = staticmethod(approve)

    @extend_schema(
        operation_id="reward_activations_approve", request=None, responses=ActivationShown
    )
    def post(self, request: Request, activation: str) -> Response:
        """Approve a request of somebody else's."""
        return self._done(activation)


class RefuseView(_DecideView):
    """The second person's no."""

    permissions_by_method = {"POST": APPROVE}
    act = staticmethod(refuse)

    @extend_schema(
        operation_id="reward_activations_refuse", request=None, responses=ActivationShown
    )
    def post(self, request: Request, activation: str) -> Response:
        """Refuse a request."""
        return self._done(activation)


class EndView(_DecideView):
    """The end of an activation."""

    permissions_by_method = {"POST": MANAGE}
    act = staticmethod(end)

    @extend_schema(operation_id="reward_activations_end", request=None, responses=ActivationShown)
    def post(self, request: Request, activation: str) -> Response:
        """End an activation or a demonstration."""
        return self._done(activation)


class ProgrammesView(StaffView):
    """Modes that run, or ran."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(operation_id="reward_programmes", responses=items_of(ProgrammeShown))
    def get(self, request: Request) -> Response:
        """Return the programmes of the shop."""
        rows = Programme.objects.order_by("state", "-id")
        return Response({"items": ProgrammeShown(rows, many=True).data})

    @extend_schema(
        operation_id="reward_programmes_start",
        request=ActivationNamed,
        responses={201: ProgrammeShown},
    )
    def post(self, request: Request) -> Response:
        """Switch modes on that were approved."""
        key = checked(ActivationNamed, request.data)["activation"]
        held = (ActivationState.ACTIVE, ActivationState.SHOWN)
        row = Activation.objects.filter(pk=key, state__in=held).first()
        if row is None:
            raise UnknownProgramme
        made = start("", row.packs, row.parameters, actor=self.actor, now=utc_now())
        return Response(ProgrammeShown(made).data, status=201)


class CloseView(StaffView):
    """The end of a mode."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(
        operation_id="reward_programmes_close", request=ClosingTold, responses=ProgrammeShown
    )
    def post(self, request: Request, programme: str) -> Response:
        """Switch a mode off that owes nothing more."""
        told = checked(ClosingTold, request.data)
        row = close(parse_public_id("prg", programme), reason=told["reason"],
                    actor=self.actor, now=utc_now())  # fmt: skip
        return Response(ProgrammeShown(row).data)


class LiabilitiesView(StaffView):
    """What rewards owe."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(operation_id="reward_liabilities", responses=LiabilitiesShown)
    def get(self, request: Request) -> Response:
        """Return what members have by asset, what is promised, and what lies aside."""
        found = liabilities()
        held = [
            {"asset": one.asset.code, "members": one.members, "states": dict(one.shown),
             "face_minor": one.face_minor}
            for one in found.held
        ]  # fmt: skip
        names = ("owed", "promised", "aside", "rewarded", "sold", "coverage_bp", "reward_bp")
        return Response({"held": held, **{name: getattr(found, name) for name in names}})


class StatementView(StaffView):
    """What a member earned."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(operation_id="reward_statement", responses=items_of(StatementPart))
    def get(self, request: Request, member: str) -> Response:
        """Return what a member has of rewards, with the rule behind each line."""
        row = Member.objects.filter(pk=parse_public_id("mem", member)).first()
        if row is None:
            raise UnknownMember
        parts = [
            {
                "asset": part.asset.code,
                "state": part.state,
                "balance": text(part.minor, part.asset.scale),
                "lines": [
                    {
                        "at": line.occurred_at,
                        "rule": str(line.data.get("rule", "")),
                        "event": str(line.data.get("event", "")),
                        "amount": text(line.minor, part.asset.scale),
                        "after": text(line.balance_after, part.asset.scale),
                    }
                    for line in part.lines
                ],
            }
            for part in statement_of(row.pk)
        ]
        return Response({"items": parts})
