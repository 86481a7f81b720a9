"""The refusals that a caller may rely on.

A `DomainError` states a fact with a public, stable code. Edges turn it into an
RFC 9457 problem document or a form message; anything else that is raised is a
bug and is not caught.
"""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal with a public code; nothing was changed.

    Attributes:
        code: stable machine-readable name, ``area.fact``; part of the API.
        status: HTTP status that edges answer with.
        title: short translatable sentence for people.
        detail: what was wrong this time, already translated; may be empty.
        fields: extra members of the problem document, plain JSON values.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    title: ClassVar[str | Promise] = _("The request was refused.")

    def __init__(self, detail: str | Promise = "", **fields: object) -> None:
        super().__init__(str(detail))
        self.detail = detail
        self.fields = fields

    def __str__(self) -> str:
        return str(self.detail) or str(self.title)
