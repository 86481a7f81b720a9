"""Payment accounts: bind, change, switch on and off, take away."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.payments.forms import BindingForm
from kernel.backoffice.pieces import identified
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.payments.choices import BindingMode
from kernel.payments.gateways.registry import gateway_named, gateways
from kernel.payments.models import PaymentBinding
from kernel.payments.selectors import bindings_list, hook_path, particulars_of
from kernel.payments.services import bind, rebind, remove_binding, set_enabled
from kernel.payments.services.bindings import binding_of, rename_binding
from kernel.payments.services.passwords import current_policy, set_policy

MANAGE = "payments.manage"


@require_safe
@staff_page(MANAGE)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the payment accounts, in the order in which buyers see them."""
    titles = {each.code: each.title for each in gateways()}
    context = {
        "bindings": bindings_list(),
        "gateways": titles,
        "needs_password": current_policy().needs_password,
    }
    return render(request, "backoffice/payments/list.html", context)


@require_POST
@staff_page(MANAGE, is_confirmed=True)
def policy(request: StaffRequest) -> HttpResponseBase:
    """Decide whether every member needs a payment password to pay with a balance."""
    set_policy(
        needs_password=request.POST.get("needs_password") == "1",
        actor=request.actor,
        now=utc_now(),
    )
    messages.success(request, _("Saved."))
    return redirect("/payments/")


@require_safe
@staff_page(MANAGE)
def choose(request: StaffRequest) -> HttpResponseBase:
    """Show which ways to pay can be bound."""
    modes = dict(BindingMode.choices)
    ways = [(each, [(mode, modes[mode]) for mode in each.modes]) for each in gateways()]
    return render(request, "backoffice/payments/choose.html", {"ways": ways})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def add(request: StaffRequest, gateway: str, mode: str) -> HttpResponseBase:
    """Bind an account after a live call with its credentials has worked."""
    way = gateway_named(gateway)
    if mode not in way.modes:
        raise Http404
    schema = way.bind_schema(mode)
    data = request.POST if request.method == "POST" else None
    form = BindingForm(schema, data, initial={"title": way.title})
    if data is not None and form.is_valid():
        try:
            row = bind(
                gateway=gateway,
                mode=mode,
                is_live=form.cleaned_data["live"],
                title=form.cleaned_data["title"],
                values=form.values(),
                actor=request.actor,
                now=utc_now(),
            )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The account works. Switch it on to offer it to buyers."))
            return redirect(f"/payments/{row.public_id}/")
    context = {"form": form, "way": way}
    status = 422 if form.errors else 200
    return render(request, "backoffice/payments/add.html", context, status=status)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def edit(request: StaffRequest, binding: str) -> HttpResponseBase:
    """Show an account without its secrets, and put other particulars in force."""
    row = _row(binding)
    known = particulars_of(row)
    form = BindingForm(
        gateway_named(row.gateway).bind_schema(row.mode),
        request.POST if request.method == "POST" else None,
        hints=known.hints,
        is_new=False,
        initial={
            "title": row.title,
            **{f"value_{name}": value for name, value in known.public.items()},
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            rebind(row.pk, values=form.values(), actor=request.actor, now=utc_now())
            if form.cleaned_data["title"] != row.title:
                rename_binding(row.pk, title=form.cleaned_data["title"], actor=request.actor)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The account works with these particulars."))
            return redirect(f"/payments/{row.public_id}/")
    context = {
        "form": form,
        "binding": row,
        "known": known,
        "way": gateway_named(row.gateway),
        "hook": hook_path(row),
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/payments/edit.html", context, status=status)


@require_POST
@staff_page(MANAGE, is_confirmed=True)
def switch(request: StaffRequest, binding: str) -> HttpResponseBase:
    """Offer an account to buyers, or no more."""
    row = _row(binding)
    wanted = request.POST.get("enabled") == "1"
    try:
        set_enabled(row.pk, enabled=wanted, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        said = (
            _("Buyers can pay with it now.") if wanted else _("Buyers cannot choose it any more.")
        )
        messages.success(request, said)
    return redirect("/payments/")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def remove(request: StaffRequest, binding: str) -> HttpResponseBase:
    """Ask, then take an account away."""
    row = _row(binding)
    if request.method != "POST":
        return render(request, "backoffice/payments/remove.html", {"binding": row})
    remove_binding(row.pk, actor=request.actor, now=utc_now())
    messages.success(request, _("The account was taken away."))
    return redirect("/payments/")


def _row(text: str) -> PaymentBinding:
    return binding_of(identified("pay", text))
