"""What the admin API of reward modes takes and answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.policy.choices import ActivationState, Outcome
from kernel.rewards.simulation.choices import SimulationState
from kernel.rewards.simulation.scenarios import CURVES

_LONGEST = 500


class NamesShown(serializers.Serializer[Any]):
    """A name in both languages."""

    zh = serializers.CharField()
    en = serializers.CharField()


class ModeListed(serializers.Serializer[Any]):
    """A pack of rules."""

    code = serializers.CharField()
    names = NamesShown()
    confidence = serializers.CharField()
    is_own = serializers.BooleanField()


class FindingShown(serializers.Serializer[Any]):
    """A rule of a law that is offended, in the reader's language."""

    predicate = serializers.CharField()
    severity = serializers.CharField()
    offenders = serializers.ListField(child=serializers.CharField())
    rule = serializers.CharField()
    law = serializers.CharField()
    way = serializers.CharField()


class VerdictShown(serializers.Serializer[Any]):
    """What the law of a place says."""

    jurisdiction = serializers.CharField()
    law_version = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    findings = FindingShown(many=True)


class ModeShown(ModeListed):
    """A pack with its figures and rules, and what the law says of it."""

    parameters = serializers.DictField(child=serializers.DictField())
    assets = serializers.DictField(child=serializers.DictField())
    rules = serializers.ListField(child=serializers.DictField())
    verdicts = VerdictShown(many=True)


class ProblemShown(serializers.Serializer[Any]):
    """What keeps a pack from being used."""

    rule = serializers.CharField()
    fact = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)


class PackLooked(serializers.Serializer[Any]):
    """What a pack amounts to."""

    problems = ProblemShown(many=True)
    verdicts = VerdictShown(many=True)


class PackForm(serializers.Serializer[Any]):
    """A pack as `pack.schema.json` describes it."""

    document = serializers.JSONField()


class ChosenModes(serializers.Serializer[Any]):
    """Modes with the shop's own figures."""

    packs = serializers.ListField(child=serializers.CharField(max_length=32), allow_empty=False)
    parameters = serializers.DictField(required=False, default=dict)


class ModesJudged(ChosenModes):
    """Modes to be judged together with all that runs."""

    jurisdictions = serializers.ListField(
        child=serializers.CharField(max_length=8), allow_empty=False
    )


class ModesAsked(ModesJudged):
    """Modes to be run."""

    reason = serializers.CharField(max_length=_LONGEST)


class JudgementShown(serializers.Serializer[Any]):
    """The verdicts of the places asked for."""

    verdicts = VerdictShown(many=True)


class SimulationAsked(ChosenModes):
    """Modes to be simulated, and what is supposed; what is left out is as usual."""

    assumptions = serializers.DictField(required=False, default=dict)


class SimulationListed(serializers.Serializer[Any]):
    """A simulation, with how far it is."""

    id = PublicIdField("sim", source="pk")
    packs = serializers.ListField(child=serializers.CharField())
    parameters = serializers.DictField()
    assumptions = serializers.DictField()
    state = serializers.ChoiceField(choices=SimulationState.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    is_solvent = serializers.BooleanField(allow_null=True)
    fault = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class DayShown(serializers.Serializer[Any]):
    """The end of a day; sums of money since the start, in minor units."""

    day = serializers.IntegerField()
    orders = serializers.IntegerField()
    sales = serializers.IntegerField()
    margin = serializers.IntegerField()
    rewards = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    owed = serializers.IntegerField()
    promised = serializers.IntegerField()
    hand = serializers.IntegerField()
    coverage = serializers.IntegerField(allow_null=True)


class CohortShown(serializers.Serializer[Any]):
    """Members who came at about the same time; shares in ten-thousandths."""

    first = serializers.IntegerField()
    last = serializers.IntegerField()
    members = serializers.IntegerField()
    paid = serializers.IntegerField()
    received = serializers.IntegerField()
    median_loss = serializers.IntegerField()
    losing = serializers.IntegerField()
    paid_back = serializers.IntegerField()
    days_to_pay_back = serializers.IntegerField(allow_null=True)


class ScenarioShown(serializers.Serializer[Any]):
    """What one way of growing came to."""

    curve = serializers.ChoiceField(choices=[(code, code) for code in CURVES])
    days = DayShown(many=True)
    cohorts = CohortShown(many=True)
    promises = serializers.DictField(child=serializers.IntegerField())
    worst_payout = serializers.IntegerField()
    orders = serializers.IntegerField()
    members = serializers.IntegerField()
    lowest = serializers.IntegerField(allow_null=True)
    solvent = serializers.BooleanField()


class SimulationShown(SimulationListed):
    """A simulation with its report."""

    outcomes = ScenarioShown(many=True)


class ActivationShown(serializers.Serializer[Any]):
    """A request to run modes."""

    id = PublicIdField("act", source="pk")
    packs = serializers.ListField(child=serializers.CharField())
    parameters = serializers.DictField()
    jurisdictions = serializers.ListField(child=serializers.CharField())
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    state = serializers.ChoiceField(choices=ActivationState.choices)
    reason = serializers.CharField()
    asked_name = serializers.CharField()
    decided_name = serializers.CharField(allow_blank=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class ActivationNamed(serializers.Serializer[Any]):
    """An approved request to be switched on."""

    activation = PublicIdField("act")


class ProgrammeShown(serializers.Serializer[Any]):
    """Modes that run."""

    id = PublicIdField("prg", source="pk")
    name = serializers.CharField()
    packs = serializers.ListField(child=serializers.CharField())
    parameters = serializers.DictField()
    state = serializers.ChoiceField(choices=ProgrammeState.choices)
    created_at = serializers.DateTimeField()


class ClosingTold(serializers.Serializer[Any]):
    """Why a mode is switched off."""

    reason = serializers.CharField(max_length=_LONGEST)


class HeldShown(serializers.Serializer[Any]):
    """What members have of an asset, as decimal text by state."""

    asset = serializers.CharField()
    members = serializers.IntegerField()
    states = serializers.DictField(child=serializers.CharField())
    face_minor = serializers.IntegerField()


class LiabilitiesShown(serializers.Serializer[Any]):
    """What rewards owe, in minor units of the shop's money."""

    held = HeldShown(many=True)
    owed = serializers.IntegerField()
    promised = serializers.IntegerField()
    aside = serializers.IntegerField()
    rewarded = serializers.IntegerField()
    sold = serializers.IntegerField()
    coverage_bp = serializers.IntegerField(allow_null=True)
    reward_bp = serializers.IntegerField(allow_null=True)


class EarningShown(serializers.Serializer[Any]):
    """One line of a statement; amounts are decimal text at the scale of the asset."""

    at = serializers.DateTimeField()
    rule = serializers.CharField(allow_blank=True)
    event = serializers.CharField(allow_blank=True)
    amount = serializers.CharField()
    after = serializers.CharField()


class StatementPart(serializers.Serializer[Any]):
    """What a member has of an asset in a state, with its latest lines."""

    asset = serializers.CharField()
    state = serializers.CharField()
    balance = serializers.CharField()
    lines = EarningShown(many=True)
