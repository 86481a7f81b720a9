"""Monitors over the admin API: how they stand, what they saw, and what they have halted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import local_date, utc_now
from kernel.members.api.views import page
from kernel.rewards.monitors.api.forms import (
    AlarmShown,
    ChangeNoted,
    ChangeShown,
    ConfirmationShown,
    HaltShown,
    LiftAsked,
    LimitsTold,
    LooseningShown,
    MonitorListed,
    MonitorShown,
    OpenAsked,
    SeriesAsked,
    detail,
    listed,
)
from kernel.rewards.monitors.catalogue import monitor
from kernel.rewards.monitors.models import Alarm, Limit
from kernel.rewards.monitors.selectors import halts, loosenings, readings_of, standing_of, standings
from kernel.rewards.monitors.services import (
    ask_to_lift,
    ask_to_loosen,
    confirm,
    lift,
    loosen,
    refuse_loosening,
    tighten,
    watch,
)
from kernel.rewards.monitors.standing import by_hand
from kernel.tenancy.context import current_tenant

VIEW: Final = "rewards.view"
MANAGE: Final = "rewards.manage"
APPROVE: Final = "rewards.approve"
_DAYS: Final = 90
_YEAR: Final = timedelta(days=365)


def _detail(code: str, days: int = _DAYS) -> Response:
    one = standing_of(code)
    since = local_date(utc_now(), current_tenant().zone) - timedelta(days=days)
    own = Limit.objects.filter(pk=code).first()
    return Response(MonitorShown(detail(one, own, readings_of(code, since=since))).data)


class MonitorsView(StaffView):
    """All monitors."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(operation_id="reward_monitors", responses=items_of(MonitorListed))
    def get(self, request: Request) -> Response:
        """Return the monitors with the limits that hold, and how they stand."""
        return Response({"items": [MonitorListed(listed(one)).data for one in standings()]})


class MonitorView(StaffView):
    """One monitor."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(operation_id="reward_monitor", parameters=[SeriesAsked], responses=MonitorShown)
    def get(self, request: Request, code: str) -> Response:
        """Return a monitor with what it saw on the last days, the oldest first."""
        return _detail(code, checked(SeriesAsked, request.query_params)["days"])


class LimitsView(StaffView):
    """The shop's own limits of a monitor."""

    permissions_by_method = {"PUT": MANAGE}

    @extend_schema(
        operation_id="reward_monitors_limits", request=LimitsTold, responses=MonitorShown
    )
    def put(self, request: Request, code: str) -> Response:
        """Make the limits tighter, at once; looser ones are asked for at `loosenings/`."""
        told = checked(LimitsTold, request.data)
        tighten(code, **told, actor=self.actor, now=utc_now())
        return _detail(code)


class LoosenAskView(StaffView):
    """Asks for looser limits."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(
        operation_id="reward_monitors_loosen",
        request=LimitsTold,
        responses={201: LooseningShown},
    )
    def post(self, request: Request, code: str) -> Response:
        """Ask for looser limits; a second person has to approve."""
        told = checked(LimitsTold, request.data)
        row = ask_to_loosen(code, **told, actor=self.actor, now=utc_now())
        return Response(LooseningShown(row).data, status=201)


class LooseningsView(StaffView):
    """Requests to loosen limits."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        operation_id="reward_loosenings",
        parameters=[OpenAsked, *paging("page_size")],
        responses=page_of(LooseningShown),
    )
    def get(self, request: Request) -> Response:
        """Return requests in pages, the latest first."""
        rows = loosenings(is_open=checked(OpenAsked, request.query_params)["is_open"])
        return page(request, self, rows, shown=LooseningShown, ordering=("-id",))


class _LooseningDecided(StaffView):
    """Something that is decided of a request."""

    permissions_by_method = {"POST": APPROVE}
    act: ClassVar[Any]

    def _done(self, loosening: str) -> Response:
        key = parse_public_id("lsn", loosening)
        row = type(self).act(key, actor=self.actor, now=utc_now())
        return Response(LooseningShown(row).data)


class LoosenApproveView(_LooseningDecided):
    """The second person's yes to looser limits."""

    act = staticmethod(loosen)

    @extend_schema(operation_id="reward_loosenings_approve", request=None, responses=LooseningShown)
    def post(self, request: Request, loosening: str) -> Response:
        """Let looser limits hold, as somebody else than the person who asked."""
        return self._done(loosening)


class LoosenRefuseView(_LooseningDecided):
    """A no to looser limits."""

    act = staticmethod(refuse_loosening)

    @extend_schema(operation_id="reward_loosenings_refuse", request=None, responses=LooseningShown)
    def post(self, request: Request, loosening: str) -> Response:
        """Leave the limits as they are."""
        return self._done(loosening)


class AlarmsView(StaffView):
    """What a monitor has raised."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        operation_id="reward_monitors_alarms",
        parameters=paging("page_size"),
        responses=page_of(AlarmShown),
    )
    def get(self, request: Request, code: str) -> Response:
        """Return the alarms of a monitor in pages, the latest first."""
        rows = Alarm.objects.filter(monitor=monitor(code).code)
        return page(request, self, rows, shown=AlarmShown, ordering=("-id",))


class ReadView(StaffView):
    """Reads the monitors."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(
        operation_id="reward_monitors_read", request=None, responses=items_of(MonitorListed)
    )
    def post(self, request: Request) -> Response:
        """Read all monitors at once and act on what they say."""
        watch(now=utc_now())
        return Response({"items": [MonitorListed(listed(one)).data for one in standings()]})


class HaltsView(StaffView):
    """What is halted, or was."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        operation_id="reward_halts",
        parameters=[OpenAsked, *paging("page_size")],
        responses=page_of(HaltShown),
    )
    def get(self, request: Request) -> Response:
        """Return halts in pages, the latest first."""
        asked = checked(OpenAsked, request.query_params)
        rows = halts(is_open=asked["is_open"])
        return page(request, self, rows, shown=HaltShown, ordering=("-id",))


class LiftAskView(StaffView):
    """Asks to lift a halt."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(operation_id="reward_halts_ask", request=LiftAsked, responses=HaltShown)
    def post(self, request: Request, halt: str) -> Response:
        """Say why rewards may move again; a second person has to agree."""
        reason = checked(LiftAsked, request.data)["reason"]
        key = parse_public_id("hlt", halt)
        row = ask_to_lift(key, reason=reason, actor=self.actor, now=utc_now())
        return Response(HaltShown(row).data)


class LiftView(StaffView):
    """Lifts a halt."""

    permissions_by_method = {"POST": APPROVE}

    @extend_schema(operation_id="reward_halts_lift", request=None, responses=HaltShown)
    def post(self, request: Request, halt: str) -> Response:
        """Let rewards move again, as somebody else than the person who asked."""
        row = lift(parse_public_id("hlt", halt), actor=self.actor, now=utc_now())
        return Response(HaltShown(row).data)


class ChangesView(StaffView):
    """Changes by hand that wait for a second person."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        operation_id="reward_changes",
        parameters=paging("page_size"),
        responses=page_of(ChangeShown),
    )
    def get(self, request: Request) -> Response:
        """Return changes of a year that wait, in pages, the latest first."""
        rows = by_hand(since=utc_now() - _YEAR)
        return page(request, self, rows, shown=ChangeShown, ordering=("-sequence",))


class ConfirmView(StaffView):
    """Confirms a change by hand."""

    permissions_by_method = {"POST": APPROVE}

    @extend_schema(
        operation_id="reward_changes_confirm", request=ChangeNoted, responses=ConfirmationShown
    )
    def post(self, request: Request, entry: str) -> Response:
        """Confirm a change as somebody else than the person who made it."""
        note = checked(ChangeNoted, request.data)["note"]
        key = parse_public_id("aud", entry)
        row = confirm(key, note=note, actor=self.actor, now=utc_now())
        return Response(ConfirmationShown(row).data)
