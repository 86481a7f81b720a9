"""The risk queue over the admin API: what was seen, and what people decide."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.views import page
from kernel.rewards.risk.api.forms import CaseNoted, CasesAsked, RiskCaseShown
from kernel.rewards.risk.selectors import case_with, queue
from kernel.rewards.risk.services import clear, hold, release

VIEW: Final = "rewards.view"
MANAGE: Final = "rewards.manage"


class CasesView(StaffView):
    """The risk queue."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        operation_id="reward_cases",
        parameters=[CasesAsked, *paging("page_size")],
        responses=page_of(RiskCaseShown),
    )
    def get(self, request: Request) -> Response:
        """Return cases in pages, the latest first; of all states when none is named."""
        asked = checked(CasesAsked, request.query_params)
        return page(request, self, queue(asked["state"]), shown=RiskCaseShown, ordering=("-id",))


class CaseView(StaffView):
    """One case."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(operation_id="reward_case", responses=RiskCaseShown)
    def get(self, request: Request, case: str) -> Response:
        """Return a case with what was seen."""
        return Response(RiskCaseShown(case_with(parse_public_id("rsk", case))).data)


class _DecideView(StaffView):
    """Something that is decided of a case."""

    permissions_by_method = {"POST": MANAGE}
    act: ClassVar[Any]

    def _done(self, request: Request, case: str) -> Response:
        note = checked(CaseNoted, request.data)["note"]
        key = parse_public_id("rsk", case)
        row = type(self).act(key, note=note, actor=self.actor, now=utc_now())
        return Response(RiskCaseShown(row).data)


class ClearView(_DecideView):
    """Decides that a case is harmless."""

    act = staticmethod(clear)

    @extend_schema(operation_id="reward_cases_clear", request=CaseNoted, responses=RiskCaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Decide that a case that waits is harmless."""
        return self._done(request, case)


class HoldView(_DecideView):
    """Holds payouts of a member."""

    act = staticmethod(hold)

    @extend_schema(operation_id="reward_cases_hold", request=CaseNoted, responses=RiskCaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Hold the member's payouts of rewards; he reads the note, and can answer."""
        return self._done(request, case)


class ReleaseView(_DecideView):
    """Releases payouts of a member."""

    act = staticmethod(release)

    @extend_schema(operation_id="reward_cases_release", request=CaseNoted, responses=RiskCaseShown)
    def post(self, request: Request, case: str) -> Response:
        """Release payouts that were held."""
        return self._done(request, case)
