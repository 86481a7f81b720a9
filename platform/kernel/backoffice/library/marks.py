"""The watermark: chosen, and looked at on one of the shop's own pictures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.library.forms import chosen_assets
from kernel.backoffice.library.shown import picture_of
from kernel.backoffice.library.views import MANAGE
from kernel.common.errors import DomainError
from kernel.media import services
from kernel.media.choices import Corner
from kernel.media.models import Watermark


class WatermarkForm(forms.Form):
    """Which picture is drawn into others, where, and how."""

    asset = forms.CharField(required=False, max_length=44, widget=forms.HiddenInput)
    corner = forms.ChoiceField(label=gettext_lazy("Place"), choices=Corner.choices)
    share = forms.IntegerField(
        label=gettext_lazy("Width, in % of the picture"), min_value=5, max_value=80
    )
    opacity = forms.IntegerField(label=gettext_lazy("Opacity, in %"), min_value=10, max_value=100)
    is_automatic = forms.BooleanField(
        label=gettext_lazy("Draw it into all pictures that are added from now on"), required=False
    )
    without = forms.BooleanField(label=gettext_lazy("Use no watermark"), required=False)

    def __init__(self, row: Watermark, *args: Any, **kwargs: Any) -> None:
        names = ("corner", "share", "opacity", "is_automatic")
        kwargs.setdefault("initial", {name: getattr(row, name) for name in names})
        super().__init__(*args, **kwargs)
        self._row = row
        if row.asset is None:
            del self.fields["without"]

    def kept(self, request: StaffRequest) -> bool:
        """Keep what was chosen; say what was refused at its field."""
        if not self.is_valid():
            return False
        told = self.cleaned_data
        chosen = chosen_assets([told["asset"]])
        asset = chosen[0] if chosen else self._row.asset_id
        try:
            services.set_watermark(
                {
                    "asset_id": None if told.get("without") else asset,
                    "corner": told["corner"],
                    "share": told["share"],
                    "opacity": told["opacity"],
                    "is_automatic": told["is_automatic"] and not told.get("without"),
                },
                actor=request.actor,
            )
        except DomainError as refusal:
            named = str(refusal.fields.get("field", ""))
            self.add_error(named if named in self.fields else None, str(refusal))
        return not self.errors


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def choose(request: StaffRequest) -> HttpResponseBase:
    """Show the watermark on one of the shop's pictures, and change it."""
    row = services.watermark()
    form = WatermarkForm(row, request.POST or None)
    if request.method == "POST" and form.kept(request):
        messages.success(request, _("Saved."))
        return redirect("/library/watermark/")
    picture = picture_of(row.asset) if row.asset else ""
    context = {"form": form, "row": row, "picture": picture}
    return render(
        request,
        "backoffice/library/watermark.html",
        context,
        status=422 if form.errors else 200,
    )


@require_safe
@staff_page(MANAGE)
def sample(request: StaffRequest) -> HttpResponseBase:
    """Show the newest picture of the shop as it would be with the watermark."""
    content = services.sample()
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="image/webp", headers={"Cache-Control": "no-store"})
