"""What is done with forms."""

from __future__ import annotations

from kernel.forms.services.building import (
    FormTold,
    change_form,
    create_form,
    delete_form,
    move_field,
    put_field,
    remove_field,
)
from kernel.forms.services.keeping import delete_submission, mark_submission, note_submission
from kernel.forms.services.submitting import Sender, submit

__all__ = [
    "FormTold",
    "Sender",
    "change_form",
    "create_form",
    "delete_form",
    "delete_submission",
    "mark_submission",
    "move_field",
    "note_submission",
    "put_field",
    "remove_field",
    "submit",
]
