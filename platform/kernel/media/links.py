"""Links to pictures in frames: signed, so that nobody makes the shop cut what it did not ask for.

They last: what they lead to is found, or made, when somebody asks.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from kernel.common.ids import InvalidId, parse_public_id, public_id
from kernel.media.choices import Fit, Form
from kernel.tenancy.signing import BadSignature, tenant_signer

_SALT: Final = "kernel.media.links"
_LINK: Final = re.compile(r"/cuts/(ast_[0-9a-z]{26})/")
_FRAME: Final = re.compile(r"(whole|fill|wide)-([0-9]{2,4})x([0-9]{2,4})\.(webp|avif)\Z")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture is brought into, in pixels."""

    width: int
    height: int
    fit: Fit = Fit.FILL
    form: Form = Form.WEBP

    def __str__(self) -> str:
        return f"{self.fit.value}-{self.width}x{self.height}.{self.form.value}"


def frame_link(asset_id: UUID, frame: Frame) -> str:
    """Return a path on the tenant's hosts that leads to a picture in a frame."""
    asset, text = public_id("ast", asset_id), str(frame)
    signature = tenant_signer(_SALT).signature(f"{asset}/{text}")
    path = reverse("picture-in-frame", kwargs={"asset": asset, "frame": text})
    return f"{path}?{urlencode({'signature': signature})}"


def read_link(asset: str, frame: str, signature: str) -> tuple[UUID, Frame]:
    """Return what a link of the current tenant leads to.

    Raises:
        BadSignature: forged, or of another tenant.
        InvalidId: no file of the library.
    """
    tenant_signer(_SALT).unsign(f"{asset}/{frame}:{signature}")
    found = _FRAME.match(frame)
    if found is None:
        raise BadSignature("no frame")
    fit, width, height, form = found.groups()
    return parse_public_id("ast", asset), Frame(int(width), int(height), Fit(fit), Form(form))


def assets_linked_in(html: str) -> set[UUID]:
    """Return the files to which links in a text lead, whoever signed them."""
    found = set()
    for text in _LINK.findall(html):
        with contextlib.suppress(InvalidId):
            found.add(parse_public_id("ast", text))
    return found
