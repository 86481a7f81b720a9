"""What can be done with documents."""

from __future__ import annotations

from kernel.documents.services.entities import EntityTerms, default_entity, save_entity
from kernel.documents.services.issuing import (
    credit_refunds,
    issue_invoice,
    issue_slip,
)
from kernel.documents.services.printing import ask_to_print
from kernel.documents.services.reds import ask_for_reds, issue_red
from kernel.documents.services.requests import (
    Issued,
    Wanted,
    ask_for_invoice,
    issue_request,
    reject_request,
    withdraw_request,
)

__all__ = [
    "EntityTerms",
    "Issued",
    "Wanted",
    "ask_for_invoice",
    "ask_for_reds",
    "ask_to_print",
    "credit_refunds",
    "default_entity",
    "issue_invoice",
    "issue_red",
    "issue_request",
    "issue_slip",
    "reject_request",
    "save_entity",
    "withdraw_request",
]
