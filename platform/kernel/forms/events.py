"""What forms tell others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class FormChanged(Event):
    """A form was made, changed, opened, closed or deleted."""

    name: ClassVar[str] = "forms.form_changed"

    form_id: UUID


@register_event
@dataclass(frozen=True, slots=True)
class FormSubmitted(Event):
    """Somebody sent a form.

    Attributes:
        code: the form's short name.
        member_id: None for a guest.
    """

    name: ClassVar[str] = "forms.submitted"

    form_id: UUID
    submission_id: UUID
    code: str = ""
    member_id: UUID | None = None
