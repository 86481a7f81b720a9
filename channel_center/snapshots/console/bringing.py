"""What a template would change in a shop, what it has changed, and the way back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from channel_center.console.menu import MANAGE_TENANTS
from channel_center.console.selectors import tenant_by_public_id
from channel_center.snapshots.selectors import applications_in, groups_of, open_job
from channel_center.snapshots.services.bringing import dry_run, push, take_back
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified
from kernel.common.errors import DomainError
from kernel.snapshots.services.applying import Place


@staff_page(MANAGE_TENANTS)
def compare_one(request: StaffRequest, template: str, tenant: str) -> HttpResponseBase:
    """Show what the newest version would change in a shop, and bring what is chosen."""
    channel_id = request.person.channel_id
    shop = tenant_by_public_id(request.person, tenant)
    key = identified("tpl", template)
    if request.method == "POST":
        try:
            number = int(request.POST.get("number", "0"))
            push(
                key,
                shop.pk,
                channel_id=channel_id,
                actor=request.actor,
                number=number,
                chosen=_chosen(request),
            )
        except ValueError:
            messages.error(request, _("There is nothing to bring."))
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            return redirect(f"/templates/in/{tenant}/")
        return redirect(request.path)
    version, found = dry_run(key, shop.pk, channel_id=channel_id)
    context = {
        "shop": shop,
        "version": version,
        "groups": groups_of(found),
        "count": len(found),
        "template_id": template,
    }
    return render(request, "shop_templates/compare.html", context)


@require_safe
@staff_page(MANAGE_TENANTS)
def history(request: StaffRequest, tenant: str) -> HttpResponseBase:
    """Show what was brought into a shop, and how far what is being brought is."""
    shop = tenant_by_public_id(request.person, tenant)
    context = {"shop": shop, "rows": applications_in(shop), "job": open_job(shop)}
    return render(request, "shop_templates/history.html", context)


@require_POST
@staff_page(MANAGE_TENANTS)
def take_back_one(request: StaffRequest, tenant: str, application: str) -> HttpResponseBase:
    """Put back what stood in a shop before."""
    channel_id = request.person.channel_id
    shop = tenant_by_public_id(request.person, tenant)
    back, stay = take_back(
        identified("app", application), shop.pk, channel_id=channel_id, actor=request.actor
    )
    text = ngettext("%(count)s thing is as before.", "%(count)s things are as before.", back)
    messages.success(request, text % {"count": back})
    if stay:
        text = ngettext(
            "%(count)s stays: it was changed since.",
            "%(count)s stay: they were changed since.",
            stay,
        )
        messages.warning(request, text % {"count": stay})
    return redirect(f"/templates/in/{tenant}/")


def _chosen(request: StaffRequest) -> list[Place]:
    places = (text.partition("|") for text in request.POST.getlist("place"))
    return [(part, key) for part, _bar, key in places]
