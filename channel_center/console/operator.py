"""Channel partners, operation and activity: the operator's own pages."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from channel_center.brands.selectors import brand_of
from channel_center.console.forms import ChannelForm
from channel_center.console.menu import MANAGE_CHANNELS, VIEW_ACTIVITY, VIEW_SYSTEM
from channel_center.console.selectors import (
    channel_list,
    drift,
    latest_runs,
    open_jobs,
    releases,
)
from channel_center.models import Channel
from channel_center.partners.selectors import waiting_applications
from channel_center.partners.services.letters import write_to
from channel_center.services.channels import add_staff, create_channel
from kernel.access.arriving import arrival_token, invitation_text
from kernel.access.models import Staff
from kernel.access.services import hash_password
from kernel.backoffice.acts.views import entry_page, list_context
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.branding.addresses import web_address
from kernel.common.errors import DomainError
from kernel.tenancy.context import public_context
from tenants.ddl.segments import KERNEL, target_digest
from tenants.services.pool import ready_count

P = ParamSpec("P")
_PAGE: Final = 50
_PASSWORD_BYTES: Final = 12
_FIELDS: Final = {
    "tenants.invalid_name": "name",
    "tenants.invalid_domain": "host",
    "tenants.domain_taken": "host",
    "channel_center.taken": "slug",
    "access.email_taken": "person_email",
    "access.invalid_staff": "person_email",
}


def for_operator(
    view: Callable[Concatenate[StaffRequest, P], HttpResponseBase],
) -> Callable[Concatenate[StaffRequest, P], HttpResponseBase]:
    """Open a page to the operator's staff alone, whatever a partner's roles say."""

    @wraps(view)
    def guarded(request: StaffRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.person.channel_id is not None:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]  # wraps() types the request by name


@require_GET
@staff_page(MANAGE_CHANNELS)
@for_operator
def partners(request: StaffRequest) -> HttpResponseBase:
    """List channel partners."""
    return render(
        request,
        "channel_center/partners.html",
        {"rows": channel_list(), "waiting": waiting_applications()},
    )


@staff_page(MANAGE_CHANNELS)
@for_operator
def add_partner(request: StaffRequest) -> HttpResponseBase:
    """Add a channel partner and its first person; the password is shown once."""
    form = ChannelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        try:
            channel = _add(request, form, password)
        except DomainError as refusal:
            add_refusal(form, refusal, _FIELDS)
        else:
            context = {"channel": channel, "made_password": password,
                       "owner_email": form.cleaned_data["person_email"]}  # fmt: skip
            return render(request, "channel_center/partner_added.html", context, status=201)
    context = {"form": form}
    return render(
        request, "channel_center/add_partner.html", context, status=422 if form.errors else 200
    )


@transaction.atomic
def _add(request: StaffRequest, form: ChannelForm, password: str) -> Channel:
    values = form.cleaned_data
    channel = create_channel(
        name=values["name"],
        slug=values["slug"],
        host=values["host"],
        brand={
            "name": values["name"].strip(),
            "colour": values["colour"],
            "support_email": values["support_email"],
        },
        actor=request.actor,
    )
    person = add_staff(
        channel_id=channel.pk,
        email=values["person_email"],
        name=values["person_name"],
        password_hash=hash_password(password),
        must_change=True,
    )
    _write_to(person, channel)
    return channel


def _write_to(person: Staff, channel: Channel) -> None:
    with public_context():
        brand, token = brand_of(channel), arrival_token(person)
    link = f"{web_address(channel.host, 'channel')}welcome/{token}/"

    def text() -> tuple[str, str]:
        return invitation_text(person, place=brand.name, link=link)

    transaction.on_commit(lambda: write_to(person, brand, text))


@require_GET
@staff_page(VIEW_SYSTEM)
@for_operator
def system(request: StaffRequest) -> HttpResponseBase:
    """Show jobs, migrations, the pool and drift."""
    newest = target_digest(KERNEL)
    ready, wanted = ready_count(), settings.STOA_WARM_POOL_SIZE
    jobs = open_jobs()
    context = {
        "jobs": jobs,
        "is_busy": any(row.job.finished_at is None for row in jobs),
        "releases": releases(newest),
        "newest": newest[:12],
        "runs": latest_runs(),
        "ready": ready,
        "wanted": wanted,
        "drift": drift(),
    }
    return render(request, "channel_center/system.html", context)


@require_GET
@staff_page(VIEW_ACTIVITY)
@for_operator
def activity(request: StaffRequest) -> HttpResponseBase:
    """List what was done in the installation, newest first."""
    context = list_context(request)
    return render(request, "channel_center/activity.html", context)


@require_GET
@staff_page(VIEW_ACTIVITY)
@for_operator
def act(request: StaffRequest, sequence: int) -> HttpResponseBase:
    """Show an entry of the installation's log in full."""
    return entry_page(request, sequence)
