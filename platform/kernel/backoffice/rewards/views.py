"""The gallery of modes, and requests to run them."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, paged
from kernel.backoffice.rewards.asking import refused
from kernel.backoffice.rewards.forms import OpinionForm
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.rewards.describing import endings_in_words
from kernel.rewards.packs.expiry import EXPIRY
from kernel.rewards.packs.figures import NAMES
from kernel.rewards.packs.loading import codes, pack
from kernel.rewards.policy.catalogue import modes
from kernel.rewards.policy.choices import ActivationState, Outcome
from kernel.rewards.policy.compiling import compiled
from kernel.rewards.policy.laws import jurisdictions, law
from kernel.rewards.policy.models import Activation, Opinion
from kernel.rewards.policy.services import add_opinion, approve, end, refuse
from kernel.rewards.policy.texts import explain, worded
from kernel.rewards.policy.verdicts import Verdict, judge
from kernel.rewards.ranks import ranks_by_staff
from kernel.rewards.simulation.reporting import report_of

VIEW: Final = "rewards.view"
MANAGE: Final = "rewards.manage"
APPROVE: Final = "rewards.approve"
_TONE: Final = {"pass": "good", "approval": "warn", "block": "bad"}


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show all modes with what the law of each place says of them."""
    packs = set(codes())
    rows = []
    for mode in modes().values():
        given = judge(mode.as_given, jurisdictions())
        lawful = f"{mode.code}L" if f"{mode.code}L" in packs else ""
        rows.append((mode.code, worded(mode.names), _badges(given), worded(mode.way), lawful))
    context = {"rows": rows, "packs": packs}
    return render(request, "backoffice/rewards/list.html", context)


@require_safe
@staff_page(VIEW)
def approvals(request: StaffRequest) -> HttpResponseBase:
    """List requests and activations, the newest first."""
    page = paged(request, Activation.objects.order_by("-id"))
    rows = [(row, _TONE.get(row.outcome, "")) for row in page]
    return render(request, "backoffice/rewards/approvals.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def decide(request: StaffRequest, activation: str) -> HttpResponseBase:
    """Show a request; add an opinion, approve, refuse or end it."""
    row = found(Activation.objects.filter(pk=identified("act", activation)).first())
    form = OpinionForm()
    if request.method == "POST":
        try:
            form = _acted(request, row)
        except DomainError as refusal:
            messages.error(request, refused(refusal))
        if not form.errors:
            return redirect(request.path)
    packs = [pack(code) for code in row.packs]
    verdicts = judge(compiled(packs, row.parameters), row.jurisdictions)
    context = {
        "row": row,
        "form": form,
        "opinion": Opinion.objects.filter(activation=row).defer("content").first(),
        "places": [
            (worded(law(place).names), badge(one), explain(one)) for place, one in verdicts.items()
        ],
        "by_staff": ranks_by_staff(row.packs, row.parameters),
        "waits": row.state == ActivationState.ASKED,
        "holds": row.state in {ActivationState.ACTIVE, ActivationState.SHOWN},
        "is_own": row.asked_by == request.actor.id,
        "report": report_of(row),
        "figures": [
            (name, value) for name, value in row.parameters.items() if name not in {NAMES, EXPIRY}
        ],
        "ends": list(endings_in_words(packs, row.parameters)),
    }
    return render(request, "backoffice/rewards/decide.html", context)


@require_safe
@staff_page(VIEW)
def opinion(request: StaffRequest, activation: str) -> HttpResponseBase:
    """Hand out the opinion as it was uploaded."""
    row = found(Opinion.objects.filter(pk=identified("act", activation)).first())
    response = HttpResponse(bytes(row.content), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="opinion.pdf"'
    return response


def _acted(request: StaffRequest, row: Activation) -> OpinionForm:
    act, now = request.POST.get("act", ""), utc_now()
    form = OpinionForm(request.POST, request.FILES) if act == "opinion" else OpinionForm()
    if act == "opinion" and request.person.may(MANAGE) and form.is_valid():
        file = form.cleaned_data["file"]
        add_opinion(
            row.pk,
            author=form.cleaned_data["author"],
            filename=file.name,
            content=file.read(),
            actor=request.actor,
            now=now,
        )
    elif act in {"approve", "refuse"} and request.person.may(APPROVE):
        (approve if act == "approve" else refuse)(row.pk, actor=request.actor, now=now)
    elif act == "end" and request.person.may(MANAGE):
        end(row.pk, actor=request.actor, now=now)
    return form


def badge(one: Verdict) -> tuple[str, str, str]:
    """Return colour, word and place of a verdict."""
    place = worded(law(one.jurisdiction).names)
    return _TONE[one.outcome], str(Outcome(one.outcome).label), place


def _badges(verdicts: dict[str, Verdict]) -> list[tuple[str, str, str]]:
    return [badge(one) for one in verdicts.values()]
