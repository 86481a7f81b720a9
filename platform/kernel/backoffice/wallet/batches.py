"""Pay-out batches: made of approved withdrawals, downloaded for the bank, closed with a proof."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import csv_file, found, identified, paged
from kernel.common.csv import csv_lines
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.wallet.models import PayoutBatch, Withdrawal
from kernel.wallet.selectors import found_withdrawals
from kernel.wallet.services import batch_rows, close_batch, make_batch
from kernel.wallet.services.batches import LARGEST_PROOF

VIEW: Final = "withdrawals.view"
PAY: Final = "withdrawals.pay"
_MOST_TICKED: Final = 200


class CloseForm(forms.Form):
    """What the bank answered."""

    note = forms.CharField(
        label=gettext_lazy("The bank's reference"), max_length=200, required=False
    )
    proof = forms.FileField(
        label=gettext_lazy("Proof"),
        required=False,
        help_text=gettext_lazy("A PDF, a picture or a spreadsheet of at most 10 MB."),
        max_length=200,
    )

    def clean_proof(self) -> UploadedFile[Any] | None:
        """Refuse what is too large before it is read."""
        sent = cast("UploadedFile[Any] | None", self.cleaned_data.get("proof"))
        if sent is not None and (sent.size or 0) > LARGEST_PROOF:
            raise forms.ValidationError(_("A file of at most 10 MB is expected."))
        return sent


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the batches, the latest first."""
    page = paged(request, PayoutBatch.objects.order_by("-id"))
    return render(request, "backoffice/wallet/batches.html", {"page": page, "query": ""})


@require_POST
@staff_page(PAY, is_confirmed=True)
def new(request: StaffRequest) -> HttpResponseBase:
    """Put the withdrawals that were ticked together."""
    ticked = request.POST.getlist("withdrawal")[:_MOST_TICKED]
    keys = [identified("wdr", text) for text in ticked]
    own = found_withdrawals(permission=PAY).filter(pk__in=keys).values_list("pk", flat=True)
    try:
        row = make_batch(list(own), actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("/withdrawals/?state=approved")
    return redirect(f"/withdrawals/batches/{row.public_id}/")


@require_safe
@staff_page(VIEW)
def show(request: StaffRequest, batch: str) -> HttpResponseBase:
    """Show a batch."""
    return _draw(request, _row(batch), CloseForm())


@require_POST
@staff_page(PAY, is_confirmed=True)
def file(request: StaffRequest, batch: str) -> HttpResponseBase:
    """Return the file for the bank; that it was taken is on the record."""
    row = _row(batch)
    lines = batch_rows(row.pk, actor=request.actor, now=utc_now())
    return csv_file(csv_lines(lines), row.number)


@require_safe
@staff_page(VIEW)
def proof(request: StaffRequest, batch: str) -> HttpResponseBase:
    """Return what the bank answered, as a download."""
    row = _row(batch)
    if not row.proof:
        raise Http404
    name = f"{row.number}.{row.proof.rpartition('.')[2]}"
    return FileResponse(default_storage.open(row.proof), as_attachment=True, filename=name)


@require_POST
@staff_page(PAY, is_confirmed=True)
def close(request: StaffRequest, batch: str) -> HttpResponseBase:
    """Say that everything in a batch that did not fail was paid."""
    row, form = _row(batch), CloseForm(request.POST, request.FILES)
    if not form.is_valid():
        return _draw(request, row, form, status=422)
    sent = form.cleaned_data["proof"]
    try:
        close_batch(
            row.pk,
            proof=sent.read() if sent else b"",
            note_text=form.cleaned_data["note"],
            actor=request.actor,
            now=utc_now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The batch is paid."))
    return redirect(f"/withdrawals/batches/{row.public_id}/")


def _row(text: str) -> PayoutBatch:
    row: PayoutBatch = found(PayoutBatch.objects.filter(pk=identified("pob", text)).first())
    return row


def _draw(
    request: StaffRequest, row: PayoutBatch, form: CloseForm, *, status: int = 200
) -> HttpResponseBase:
    rows = Withdrawal.objects.filter(batch=row).select_related("member", "account")
    context = {"row": row, "rows": rows.order_by("id"), "form": form}
    return render(request, "backoffice/wallet/batch.html", context, status=status)
