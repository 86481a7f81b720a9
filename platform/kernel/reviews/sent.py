"""Videos as forms and requests bring them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from kernel.reviews.errors import InvalidReview
from kernel.reviews.videos import LARGEST_VIDEO


def film_of(file: Any) -> bytes:
    """Read an uploaded video; what a form sends for no file is none.

    Raises:
        InvalidReview: it is too large to be read.
    """
    if file is None or not file.size:
        return b""
    if file.size > LARGEST_VIDEO:
        raise InvalidReview(_("A video may have at most 30 MB."), field="video")
    content: bytes = file.read()
    return content
