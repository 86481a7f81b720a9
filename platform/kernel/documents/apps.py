"""Documents, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only


class DocumentsConfig(AppConfig):
    """Invoices, credit notes, slips, and invoices that members ask for."""

    name = "kernel.documents"
    label = "documents"

    def ready(self) -> None:
        """Join the orders, the life of accounts, and the clock."""
        from kernel.common.outbox.events import subscribe
        from kernel.documents import handlers, people
        from kernel.documents.services.printing import RESUME
        from kernel.members.joining import on_erase, on_merge
        from kernel.tenancy.schedules import Schedule, register_schedule

        append_only("documents_document")
        subscribe("orders.order_paid", "documents.invoice_paid", handlers.on_paid)
        subscribe("orders.order_shipped", "documents.invoice_shipped", handlers.on_shipped)
        subscribe("orders.order_refunded", "documents.credit", handlers.on_refunded)
        subscribe("orders.order_refund_returned", "documents.void", handlers.on_refund_returned)
        subscribe("aftersales.case_changed", "documents.supplement", handlers.on_case)
        subscribe("documents.issued", "documents.draw", handlers.on_issued)
        subscribe("documents.request_changed", "documents.ask_issuer", handlers.on_request)
        subscribe("documents.red_due", "documents.ask_red", handlers.on_red_due)
        on_merge("documents", people.hand_over)
        on_erase("documents", people.forget)
        resume = "kernel.documents.tasks:resume_stuck"
        register_schedule(Schedule(RESUME, resume, "*/10 * * * *", asked=True))
