"""Ranks of modes that staff give a member."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified
from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.models import Member
from kernel.members.selectors import visible_members
from kernel.rewards.progress import rank_called
from kernel.rewards.ranks import given_to, programmes_by_rank, rank_of
from kernel.rewards.services.ranking import give_rank


class RankForm(forms.Form):
    """A rank of a mode, and why."""

    rank = forms.ChoiceField(label=gettext_lazy("Rank"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rank"].choices = [  # type: ignore[attr-defined]
            (
                str(row),
                [
                    *((f"{row.public_id}|{rank}", rank_called(row, rank)) for rank in ranks),
                    (f"{row.public_id}|", _("No rank")),
                ],
            )
            for row, ranks in programmes_by_rank()
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("rewards.manage")
def ranks(request: StaffRequest, member: str) -> HttpResponseBase:
    """Show a member's ranks and how they came about; give one with a reason."""
    rows = visible_members("members.view")
    row: Member = found(rows.filter(pk=identified("mem", member)).first())
    form = RankForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        programme, _bar, rank = form.cleaned_data["rank"].partition("|")
        try:
            give_rank(
                parse_public_id("prg", programme), member_id=row.pk, rank=rank,
                reason=form.cleaned_data["reason"], actor=request.actor, now=utc_now(),
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error(None, str(refusal.title))
        else:
            messages.success(request, _("The rank is kept."))
            return redirect(request.path)
    context = {
        "member": row,
        "form": form,
        "held": held_ranks(row.pk),
        "history": given_to(row.pk),
    }
    return render(request, "backoffice/members/ranks.html", context)


def held_ranks(member_id: UUID) -> list[tuple[str, str]]:
    """Return the modes for which staff give ranks, and what a member is called in each."""
    told = [(row, rank_of(row, member_id)) for row, _ranks in programmes_by_rank()]
    return [(str(row), rank_called(row, rank) if rank else "") for row, rank in told]
