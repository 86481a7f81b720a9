"""What a shop asks of its members, in the forms of their accounts."""

from __future__ import annotations

from django import forms

from kernel.fields.choices import Subject
from kernel.fields.forms import form_field
from kernel.fields.selectors import asked_fields, values_of
from kernel.fields.services import set_values
from kernel.fields.values import Unfit, checked
from kernel.members.actors import member_actor
from kernel.members.models import Member

_PREFIX = "own_"


def ask_in(form: forms.Form, member: Member | None = None) -> None:
    """Put what is asked of members into a form, with what a member answered before."""
    rows = asked_fields(Subject.MEMBER)
    told = {}
    if rows and member is not None:
        told = values_of(Subject.MEMBER, [member.pk]).get(member.pk, {})
    for row in rows:
        form.fields[f"{_PREFIX}{row.code}"] = form_field(row, is_required=row.is_required)
        form.initial[f"{_PREFIX}{row.code}"] = told.get(row.code, "")


def answers_in(form: forms.Form) -> dict[str, str] | None:
    """Return what was answered in a valid form.

    None when it cannot be kept; the form says why.
    """
    found: dict[str, str] = {}
    for row in asked_fields(Subject.MEMBER):
        name = f"{_PREFIX}{row.code}"
        if name in form.cleaned_data:
            try:
                found[row.code] = checked(row, form.cleaned_data[name])
            except Unfit as fault:
                form.add_error(name, str(fault))
    return None if form.errors else found


def keep_answers(member: Member, answers: dict[str, str]) -> None:
    """Keep what a member answered."""
    if answers:
        set_values(Subject.MEMBER, member.pk, answers, actor=member_actor(member))
