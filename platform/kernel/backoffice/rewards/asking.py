"""A mode with a shop's own figures: its verdict, its simulation, the wish to run it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.rewards.figures import AssumptionsForm, FiguresForm
from kernel.backoffice.rewards.forms import AskForm
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.rewards.composing.services import own_codes
from kernel.rewards.packs.loading import Pack, codes, pack
from kernel.rewards.policy.catalogue import modes
from kernel.rewards.policy.choices import ActivationState, Outcome
from kernel.rewards.policy.compiling import compiled
from kernel.rewards.policy.laws import jurisdictions, law
from kernel.rewards.policy.services import ask, judged
from kernel.rewards.policy.texts import called, explain, worded
from kernel.rewards.policy.verdicts import Verdict, judge
from kernel.rewards.ranks import ranks_by_staff
from kernel.rewards.simulation.scenarios import Assumptions
from kernel.rewards.simulation.services import ask_simulation, usual
from kernel.rewards.simulation.tasks import simulate_modes
from kernel.tenancy.context import current_tenant
from kernel.tenancy.tasks import enqueue

VIEW: Final = "rewards.view"
MANAGE: Final = "rewards.manage"
TONES: Final = {"pass": "good", "approval": "warn", "block": "bad"}


def refused(refusal: DomainError) -> str:
    """Return a refusal in words, with the rules that it names."""
    rules = refusal.fields.get("rules")
    if not isinstance(rules, Mapping):
        return str(refusal.title)
    named = "; ".join(f"{rule}: {', '.join(map(called, one))}" for rule, one in rules.items())
    return f"{refusal.title} {named}"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def verdict(request: StaffRequest, code: str) -> HttpResponseBase:
    """Show the verdict on a mode in words; judge, simulate or ask for it with own figures."""
    packs, mode = {*codes(), *own_codes()}, modes().get(code.removesuffix("L"))
    if code not in packs and mode is None:
        raise Http404
    may = code in packs and request.person.may(MANAGE)
    asked = _Asked(request, code) if may else None
    if asked is not None and request.method == "POST" and (answer := asked.act()) is not None:
        return answer
    manifest = compiled([pack(code)], {}) if code in packs else mode.as_given  # type: ignore[union-attr]
    verdicts = (asked.verdicts if asked else None) or judge(manifest, jurisdictions())
    context = {
        "code": code,
        "name": worded(pack(code).names if code in packs else mode.names),  # type: ignore[union-attr]
        "way": worded(mode.way) if mode else "",
        "lawful": f"{code}L" if f"{code}L" in packs else "",
        "places": told(verdicts),
        "with_running": bool(asked and asked.verdicts),
        "form": asked.form if asked else None,
        "figures": asked.figures if asked else None,
        "assumptions": asked.assumptions if asked else None,
        "by_staff": code in packs and bool(ranks_by_staff([code], {})),
        "is_sandbox": current_tenant().kind == "sandbox",
    }
    return render(request, "backoffice/rewards/verdict.html", context)


def told(verdicts: Mapping[str, Verdict]) -> list[tuple[str, tuple[str, str, str], Any]]:
    """Return verdicts as a page shows them: place, badge, findings."""
    return [
        (worded(law(place).names),
         (TONES[one.outcome], str(Outcome(one.outcome).label), one.jurisdiction), explain(one))
        for place, one in verdicts.items()
    ]  # fmt: skip


class _Asked:
    """What staff say of a mode: figures, places, what a simulation supposes."""

    def __init__(self, request: StaffRequest, code: str) -> None:
        data = request.POST if request.method == "POST" else None
        self._request, self._code = request, code
        self.form = AskForm(code, data)
        self.packs: list[Pack] = [pack(code)]
        self.figures = FiguresForm(self.packs, {}, data)
        self.assumptions = AssumptionsForm(data, initial=usual([code], {}).told())
        self.verdicts: dict[str, Verdict] | None = None

    def act(self) -> HttpResponseBase | None:
        """Do what was asked; None to show the page again with what is wrong or was judged."""
        act = self._request.POST.get("act", "ask")
        valid = self.figures.is_valid()
        own = self.figures.told() if valid else {}
        if not valid or self.figures.errors:
            self.form.is_valid()
            return None
        self.form.fields["reason"].required = act == "ask"
        self.form.fields["jurisdictions"].required = act == "ask"
        if not self.form.is_valid():
            return None
        names = [self._code, *self.form.cleaned_data["others"]]
        places = self.form.cleaned_data["jurisdictions"] or list(jurisdictions())
        try:
            if act == "check":
                self.verdicts = judged(names, own, places, now=utc_now())
                return None
            return self._simulated(names, own) if act == "simulate" else self._wished(names, own)
        except DomainError as refusal:
            self.form.add_error(None, refused(refusal))
            return None

    def _simulated(self, names: list[str], own: dict[str, Any]) -> HttpResponseBase | None:
        if not self.assumptions.is_valid():
            return None
        row = ask_simulation(
            names, own, Assumptions.of(self.assumptions.cleaned_data),
            asked_by=self._request.actor.name, now=utc_now(),
        )  # fmt: skip
        enqueue(simulate_modes, simulation_id=str(row.pk))
        return redirect(f"/rewards/simulations/{row.public_id}/")

    def _wished(self, names: list[str], own: dict[str, Any]) -> HttpResponseBase:
        row = ask(
            names,
            self.form.cleaned_data["jurisdictions"],
            reason=self.form.cleaned_data["reason"],
            actor=self._request.actor,
            now=utc_now(),
            parameters=own,
        )
        shown = row.state == ActivationState.SHOWN
        messages.success(
            self._request,
            _("The mode can be shown now. Nothing has value here.")
            if shown
            else _("Asked for. A second person has to approve."),
        )
        return redirect("/rewards/approvals/")
