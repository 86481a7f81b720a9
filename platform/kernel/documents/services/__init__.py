"""What can be done with documents."""

from __future__ import annotations

from kernel.documents.services.entities import EntityTerms, default_entity, save_entity
from kernel.documents.services.issuing import (
    credit_refunds,
    issue_invoice,
    issue_slip,
    issue_supplement,
    void_returned,
)
from kernel.documents.services.layouts import Layout, layouts_of, save_layout
from kernel.documents.services.printing import ask_to_print
from kernel.documents.services.reds import ask_for_reds, issue_red, reissue_exchanged
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
    "Layout",
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
    "issue_supplement",
    "layouts_of",
    "reissue_exchanged",
    "reject_request",
    "save_entity",
    "save_layout",
    "void_returned",
    "withdraw_request",
]
