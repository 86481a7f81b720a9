"""What runs in the background: jobs by the clock, imports and exports, events that failed."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kernel.audit.services import record
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.common.outbox.models import OutboxEvent
from kernel.common.outbox.services import replay_dead_letter
from kernel.common.time import utc_now
from kernel.dataio.models import ExportFile, Import
from kernel.modules.registry import manifest_of
from kernel.tenancy.schedules.seen import SeenJob, UnknownJob, run_now, seen_jobs

VIEW, MANAGE = "jobs.view", "jobs.manage"
HOME: Final = "/jobs/"
_SHOWN: Final = 20
STATES: Final[dict[str, Promise]] = {
    "none": gettext_lazy("Not in the last two days"),
    "queued": gettext_lazy("Queued"),
    "running": gettext_lazy("Running"),
    "done": gettext_lazy("Done"),
    "failed": gettext_lazy("Failed"),
}
LABELS: Final[dict[str, Promise]] = {
    "analytics.roll_up": gettext_lazy("Make the figures"),
    "quotas.review": gettext_lazy("Compare use with its limits"),
    "reward_draws.reveal": gettext_lazy("Draw what is due"),
    "reward_monitors.watch": gettext_lazy("Read the monitors of rewards"),
    "reward_risk.scan": gettext_lazy("Look for abuse of rewards"),
    "rewards.clock": gettext_lazy("Close periods of rewards"),
    "rewards.simulations": gettext_lazy("Go on with simulations"),
    "theme_figures.roll_up": gettext_lazy("Add up the figures of blocks"),
    "catalogue.refresh_by_clock": gettext_lazy("Sort goods into collections anew"),
    "promotions.expire": gettext_lazy("Let coupons expire"),
    "cart.forget": gettext_lazy("Forget old carts"),
    "dataio.make_exports": gettext_lazy("Make lists by the clock"),
    "dataio.resume": gettext_lazy("Go on with imports that broke off"),
    "i18n.refresh_rates": gettext_lazy("Fetch rates of exchange"),
    "inventory.expire_reservations": gettext_lazy("Free stock held for checkouts"),
    "kernel.deliver_keys": gettext_lazy("Hand over card keys"),
    "kernel.keep_orders": gettext_lazy("Cancel unpaid orders, complete received ones"),
    "kernel.sweep_payments": gettext_lazy("Ask gateways about open payments"),
    "ledger.expire": gettext_lazy("Let points expire"),
    "audit.keep": gettext_lazy("Check and seal the activity log"),
    "members.purge": gettext_lazy("Erase accounts that were closed"),
    "outbox.prune": gettext_lazy("Drop old events"),
    "search.prune": gettext_lazy("Drop old counts of searches"),
    "aftersales.clock": gettext_lazy("Move cases on whose time is up"),
    "documents.resume_printing": gettext_lazy("Go on with printing that broke off"),
    "kernel.purge_payment_notices": gettext_lazy("Drop old notices of gateways"),
    "kernel.purge_replies": gettext_lazy("Drop old answers to repeated requests"),
    "kernel.purge_sessions": gettext_lazy("Drop sessions that have ended"),
    "kernel.reconcile_payments": gettext_lazy("Compare payments with gateways' statements"),
    "levels.review": gettext_lazy("Look whether levels still hold"),
    "levels.walk": gettext_lazy("Bring segments up to date"),
    "media.sweeping": gettext_lazy("Empty the trash of the library"),
    "notifications.sending": gettext_lazy("Send messages that wait"),
    "promotions.resume_codes": gettext_lazy("Go on with making codes"),
    "reviews.silence": gettext_lazy("Give good marks where nobody said anything"),
    "wallet.query": gettext_lazy("Ask what became of withdrawals"),
    "webhooks.sending": gettext_lazy("Send webhooks that wait"),
}


class ReasonForm(forms.Form):
    """Why something is done again."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show what runs, ran and failed."""
    return _draw(request, ReasonForm())


@require_POST
@staff_page(MANAGE)
def run(request: StaffRequest) -> HttpResponseBase:
    """Have a job run now."""
    name, now = request.POST.get("job", ""), utc_now()
    try:
        run_now(name, now=now)
    except UnknownJob as error:
        raise Http404 from error
    told = {"name": label_of(name)}
    with transaction.atomic():
        record(action="jobs.run", actor=request.actor, obj=("job", name), after=told, now=now)
    messages.success(request, _("It runs within a minute."))
    return redirect(HOME)


@require_POST
@staff_page(MANAGE)
def retry(request: StaffRequest, event: UUID) -> HttpResponseBase:
    """Deliver an event again that was given up."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _draw(request, form, asked=event)
    try:
        with transaction.atomic():
            replay_dead_letter(event_id=event)
            record(
                action="jobs.retried",
                actor=request.actor,
                obj=("event", str(event)),
                reason=form.cleaned_data["reason"],
                now=utc_now(),
            )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is tried again."))
    return redirect(HOME)


def label_of(name: str) -> str:
    """Return what people call a job."""
    if name in LABELS:
        return str(LABELS[name])
    manifest = manifest_of(name.partition(".")[0])
    return name if manifest is None else f"{manifest.name.in_language(get_language())}: {name}"


def _draw(
    request: StaffRequest, form: ReasonForm, *, asked: UUID | None = None
) -> HttpResponseBase:
    dead = OutboxEvent.objects.filter(dead_at__isnull=False).order_by("-dead_at")
    waiting = OutboxEvent.objects.filter(delivered_at__isnull=True, dead_at__isnull=True)
    jobs = [_shown(each) for each in seen_jobs(now=utc_now())]
    context: dict[str, Any] = {
        "jobs": sorted(jobs, key=lambda each: (each["state"] != "failed", str(each["label"]))),
        "dead": [(row, row.last_error.strip().splitlines()[-1:]) for row in dead[:_SHOWN]],
        "dead_count": dead.count(),
        "waiting_count": waiting.count(),
        "imports": Import.objects.order_by("-id")[:_SHOWN],
        "exports": ExportFile.objects.order_by("-id")[:_SHOWN],
        "form": form,
        "asked": asked,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "backoffice/jobs/index.html", context, status=status)


def _shown(job: SeenJob) -> dict[str, Any]:
    return {
        "name": job.schedule.name,
        "label": label_of(job.schedule.name),
        "state": job.state,
        "state_label": STATES[job.state],
        "cron": job.schedule.cron,
        "asked": job.schedule.asked,
        "last_at": job.done_at or job.last_at,
        "next_at": job.next_at,
        "attempts": job.attempts,
    }
