"""How members join and sign in: the rule, the companies, the texts they agree to."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.entry.forms import DocumentForm, ProviderForm, SignUpForm, provider_values
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members.choices import ConsentKind, ProviderKind, SignUp
from kernel.members.errors import UnknownProvider
from kernel.members.models import ProviderBinding
from kernel.members.services.accounts import sign_up_policy
from kernel.members.services.consents import current_documents, publish_document
from kernel.members.services.providers import bind_provider, offered_providers, unbind_provider
from kernel.members.services.staff import set_sign_up
from kernel.tenancy.context import current_tenant

MANAGE = "members.entry"
_HOME = "/entry/"


@require_safe
@staff_page(MANAGE)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show everything about it on one page."""
    published = {each.kind: each for each in current_documents()}
    context = {
        "form": SignUpForm(initial={"sign_up": sign_up_policy()}),
        "providers": offered_providers(),
        "kinds": dict(ProviderKind.choices),
        "documents": [(kind, kind.label, published.get(kind)) for kind in ConsentKind],
    }
    return render(request, "backoffice/entry/index.html", context)


@require_POST
@staff_page(MANAGE)
def sign_up(request: StaffRequest) -> HttpResponseBase:
    """Choose who may open an account."""
    form = SignUpForm(request.POST)
    if form.is_valid():
        set_sign_up(SignUp(form.cleaned_data["sign_up"]), actor=request.actor, now=utc_now())
        messages.success(request, _("Saved."))
    return redirect(_HOME)


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def provider(request: StaffRequest, code: str = "") -> HttpResponseBase:
    """Offer a company, or change its particulars."""
    row = None
    if code and (row := ProviderBinding.objects.filter(code=code, is_active=True).first()) is None:
        raise Http404
    initial = provider_values(row) if row is not None else None
    form = ProviderForm(request.POST if request.method == "POST" else None, initial=initial)
    if row is not None:
        for name in ("kind", "code", "issuer"):
            # People are known by them: what was chosen stays.
            form.fields[name].disabled = True
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        kind = ProviderKind(told.pop("kind"))
        try:
            bind_provider(**told, kind=kind, actor=request.actor, now=utc_now())
        except DomainError as refusal:
            field = str(refusal.fields.get("field", ""))
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Members can sign in by it now."))
            return redirect(_HOME)
    host = current_tenant().host("store") or request.get_host()
    back = f"https://{host}/account/with/{row.code if row is not None else _('short-name')}/back/"
    context = {"form": form, "row": row, "back": back}
    status = 422 if form.errors else 200
    return render(request, "backoffice/entry/provider.html", context, status=status)


@require_POST
@staff_page(MANAGE, is_confirmed=True)
def remove(request: StaffRequest, code: str) -> HttpResponseBase:
    """Offer a company no more; its people keep their accounts."""
    try:
        unbind_provider(code, actor=request.actor, now=utc_now())
    except UnknownProvider as refusal:
        raise Http404 from refusal
    messages.success(request, _("It is not offered any more."))
    return redirect(_HOME)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def document(request: StaffRequest, kind: str) -> HttpResponseBase:
    """Publish the next version of a text; members are asked anew."""
    if kind not in ConsentKind.values:
        raise Http404
    wanted = ConsentKind(kind)
    known = next((each for each in current_documents() if each.kind == kind), None)
    form = DocumentForm(wanted, request.POST if request.method == "POST" else None, known)
    if request.method == "POST" and form.is_valid():
        publish_document(
            wanted,
            form.texts(),
            is_required=form.cleaned_data["is_required"],
            actor=request.actor,
            now=utc_now(),
        )
        messages.success(request, _("Published. Members are asked at their next sign-in."))
        return redirect(_HOME)
    context = {"form": form, "title": wanted.label, "known": known}
    status = 422 if form.errors else 200
    return render(request, "backoffice/entry/document.html", context, status=status)
