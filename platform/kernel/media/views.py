"""Leads signed links to pictures in frames."""

from __future__ import annotations

from typing import Final

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from kernel.common.ids import InvalidId
from kernel.media.errors import InvalidAsset, UnknownAsset
from kernel.media.links import read_link
from kernel.media.services import cut_of
from kernel.tenancy.signing import BadSignature

_SECONDS: Final = 1800
"""Shorter than the links to files last."""


@require_safe
def picture_in_frame(request: HttpRequest, asset: str, frame: str) -> HttpResponseBase:
    """Send to the file, which is made when nobody asked before; 404 whatever is wrong."""
    try:
        key, wanted = read_link(asset, frame, request.GET.get("signature", ""))
        name = cut_of(key, wanted)
    except (BadSignature, InvalidId, UnknownAsset, InvalidAsset) as refusal:
        raise Http404 from refusal
    response = redirect(default_storage.url(name))
    response["Cache-Control"] = f"private, max-age={_SECONDS}"
    return response
