"""Modes, own packs, verdicts and simulations over the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.views import NewestFirst
from kernel.rewards.composing.api.forms import (
    JudgementShown,
    ModeListed,
    ModeShown,
    ModesJudged,
    PackForm,
    PackLooked,
    SimulationAsked,
    SimulationListed,
    SimulationShown,
)
from kernel.rewards.composing.services import keep, own_codes, seen
from kernel.rewards.errors import PackRefused
from kernel.rewards.packs.checking import problems
from kernel.rewards.packs.figures import own_figures
from kernel.rewards.packs.loading import OWN, Pack, bundle, codes, pack
from kernel.rewards.policy.compiling import compiled
from kernel.rewards.policy.laws import jurisdictions
from kernel.rewards.policy.services import judged
from kernel.rewards.policy.texts import explain
from kernel.rewards.policy.verdicts import Verdict, judge
from kernel.rewards.simulation.models import Simulation
from kernel.rewards.simulation.services import ask_simulation, simulation_with, usual
from kernel.rewards.simulation.tasks import simulate_modes
from kernel.tenancy.tasks import enqueue

VIEW: Final = "rewards.view"
MANAGE: Final = "rewards.manage"


class ModesView(StaffView):
    """All modes, those of the shop's own behind the published ones."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(operation_id="reward_modes", responses=items_of(ModeListed))
    def get(self, request: Request) -> Response:
        """Return the packs."""
        return Response({"items": [mode_listed(pack(one)) for one in [*codes(), *own_codes()]]})


class ModeView(StaffView):
    """One mode."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(operation_id="reward_mode", responses=ModeShown)
    def get(self, request: Request, code: str) -> Response:
        """Return a pack with its figures and rules, and the verdict of each place."""
        found = pack(code)
        verdicts = judge(compiled([found], {}), jurisdictions())
        return Response(
            {
                **mode_listed(found),
                "parameters": found.parameters,
                "assets": found.assets,
                "rules": list(found.rules),
                "verdicts": verdicts_told(verdicts),
            }
        )


class PackLookView(StaffView):
    """A pack that is being composed."""

    permissions_by_method = {"POST": VIEW}

    @extend_schema(operation_id="reward_packs_check", request=PackForm, responses=PackLooked)
    def post(self, request: Request) -> Response:
        """Return what is wrong with a pack, or the verdicts on it; nothing is kept."""
        looked = seen(_document(request))
        told = [
            {"rule": one.rule, "fact": one.fact, "detail": one.detail} for one in looked.problems
        ]
        return Response({"problems": told, "verdicts": verdicts_told(looked.verdicts or {})})


class PacksView(StaffView):
    """Packs of the shop's own."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(operation_id="reward_packs_keep", request=PackForm, responses=ModeListed)
    def post(self, request: Request) -> Response:
        """Keep a pack under its code; one that somebody asked to run is not changed."""
        row = keep(_document(request), actor=self.actor, now=utc_now())
        return Response(mode_listed(pack(row.code)))


class JudgeView(StaffView):
    """Verdicts on modes with own figures."""

    permissions_by_method = {"POST": VIEW}

    @extend_schema(operation_id="reward_judge", request=ModesJudged, responses=JudgementShown)
    def post(self, request: Request) -> Response:
        """Return what the law says of modes together with everything that runs already."""
        told = checked(ModesJudged, request.data)
        figures = own_figures(bundle(told["packs"]), told["parameters"])
        verdicts = judged(told["packs"], figures, told["jurisdictions"], now=utc_now())
        return Response({"verdicts": verdicts_told(verdicts)})


class SimulationsView(StaffView):
    """Simulations."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(
        operation_id="reward_simulations",
        parameters=paging("page_size"),
        responses=page_of(SimulationListed),
    )
    def get(self, request: Request) -> Response:
        """Return simulations, the newest first."""
        pages = NewestFirst()
        pages.ordering = "-id"
        rows = pages.paginate_queryset(Simulation.objects.defer("outcomes"), request, view=self)
        return pages.get_paginated_response(SimulationListed(rows or [], many=True).data)

    @extend_schema(
        operation_id="reward_simulations_ask",
        request=SimulationAsked,
        responses={202: SimulationListed},
    )
    def post(self, request: Request) -> Response:
        """Ask for a simulation; it runs in the background and says how far it is."""
        told = checked(SimulationAsked, request.data)
        figures = own_figures(bundle(told["packs"]), told["parameters"])
        row = ask_simulation(
            told["packs"], figures, usual(told["packs"], figures, **told["assumptions"]),
            asked_by=self.actor.name, now=utc_now(),
        )  # fmt: skip
        enqueue(simulate_modes, simulation_id=str(row.pk))
        return Response(SimulationListed(row).data, status=202)


class SimulationView(StaffView):
    """One simulation."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(operation_id="reward_simulation", responses=SimulationShown)
    def get(self, request: Request, simulation: str) -> Response:
        """Return how far a simulation is, with its report once it is done."""
        row = simulation_with(parse_public_id("sim", simulation))
        return Response(SimulationShown(row).data)


def mode_listed(found: Pack) -> dict[str, Any]:
    """Return a pack as lists show it."""
    return {
        "code": found.code,
        "names": dict(found.names),
        "confidence": found.confidence,
        "is_own": found.code.startswith(OWN),
    }


def verdicts_told(verdicts: Mapping[str, Verdict]) -> list[dict[str, Any]]:
    """Return verdicts in the words of the reader."""
    return [
        {
            "jurisdiction": one.jurisdiction,
            "law_version": one.law_version,
            "outcome": one.outcome,
            "findings": [
                {
                    "predicate": each.predicate,
                    "severity": each.severity,
                    "offenders": list(each.offenders),
                    "rule": each.rule,
                    "law": each.law,
                    "way": each.way,
                }
                for each in explain(one)
            ],
        }
        for one in verdicts.values()
    ]


def _document(request: Request) -> dict[str, Any]:
    document = checked(PackForm, request.data)["document"]
    if not isinstance(document, dict):
        found = problems({"document": document})
        raise PackRefused(problems=[{"rule": one.rule, "fact": one.fact} for one in found])
    return document
