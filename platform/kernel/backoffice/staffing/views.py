"""Staff and their roles: invite, change, let in or out; roles as rows of permissions."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.access.factors import factor_of
from kernel.access.models import Role, RoleAssignment, Staff
from kernel.access.offered import known_codes
from kernel.access.services import OWNER
from kernel.access.staffing import change_staff, delete_role, invite_again, invite_staff, save_role
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified
from kernel.backoffice.staffing.forms import (
    MANAGE,
    InviteForm,
    RoleForm,
    StaffForm,
    role_name,
)
from kernel.common.errors import DomainError


@require_safe
@staff_page("staff.view")
def roles(request: StaffRequest) -> HttpResponseBase:
    """List the roles with how many people hold each."""
    held = dict(
        RoleAssignment.objects.values_list("role_id").annotate(count=Count("id")).order_by()
    )
    rows = [
        (row, role_name(row), held.get(row.pk, 0), row.code == OWNER)
        for row in Role.objects.order_by("name", "id")
    ]
    return render(request, "backoffice/staffing/roles.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new_role(request: StaffRequest) -> HttpResponseBase:
    """Make a role."""
    return _edit_role(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit_role(request: StaffRequest, role: str) -> HttpResponseBase:
    """Change a role; the owner's stays as it is."""
    row: Role = found(Role.objects.filter(pk=identified("rol", role)).first())
    if row.code == OWNER:
        messages.error(request, _("The owner may do everything; this role cannot be changed."))
        return redirect("/staff/roles/")
    return _edit_role(request, row)


def _edit_role(request: StaffRequest, row: Role | None) -> HttpResponseBase:
    initial = RoleForm.initial_of(row) if row is not None else {}
    form = RoleForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_role(
                row.pk if row is not None else None,
                name=form.cleaned_data["name"],
                permissions=form.permissions(),
                reach=form.cleaned_data["reach"],
                known=known_codes(),
                by=request.person,
                actor=request.actor,
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The role was saved. It holds from the next click on."))
            return redirect("/staff/roles/")
    status = 422 if form.errors else 200
    context = {"form": form, "role": row}
    return render(request, "backoffice/staffing/role.html", context, status=status)


@require_POST
@staff_page(MANAGE)
def remove_role(request: StaffRequest, role: str) -> HttpResponseBase:
    """Delete a role that nobody holds."""
    try:
        delete_role(identified("rol", role), by=request.person, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The role was deleted."))
    return redirect("/staff/roles/")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def invite(request: StaffRequest) -> HttpResponseBase:
    """Let somebody new sign in; the first password is shown once."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            person, password = invite_staff(
                email=form.cleaned_data["email"],
                name=form.cleaned_data["name"],
                role_ids=form.role_ids(),
                stores=form.store_ids(),
                by=request.person,
                actor=request.actor,
            )
        except DomainError as refusal:
            taken = refusal.code in {"access.email_taken", "access.invalid_staff"}
            form.add_error("email" if taken else None, str(refusal))
        else:
            context = {"person": person, "password": password}
            return render(request, "backoffice/staffing/invited.html", context)
    status = 422 if form.errors else 200
    context = {"form": form, "person": None}
    return render(request, "backoffice/staffing/person.html", context, status=status)


@require_POST
@staff_page(MANAGE)
def invite_once_more(request: StaffRequest, person: str) -> HttpResponseBase:
    """Write again to somebody who has not come yet."""
    try:
        row = invite_again(identified("stf", person), by=request.person, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("A letter is on its way to %(email)s.") % {"email": row.email})
    return redirect(f"/staff/people/{person}/")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit(request: StaffRequest, person: str) -> HttpResponseBase:
    """Change somebody's name, roles and stores; let in, or no more."""
    row: Staff = found(Staff.objects.filter(pk=identified("stf", person)).first())
    held = RoleAssignment.objects.filter(staff=row).values_list("role_id", flat=True)
    initial = {
        "name": row.name,
        "roles": [str(key) for key in held],
        "stores": list(row.stores),
        "is_active": row.is_active,
    }
    form = StaffForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_staff(
                row.pk,
                name=form.cleaned_data["name"],
                role_ids=form.role_ids(),
                stores=form.store_ids(),
                is_active=form.cleaned_data["is_active"],
                by=request.person,
                actor=request.actor,
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. It holds from the next click on."))
            return redirect("/staff/")
    status = 422 if form.errors else 200
    context = {"form": form, "person": row, "factor": factor_of(row)}
    return render(request, "backoffice/staffing/person.html", context, status=status)
