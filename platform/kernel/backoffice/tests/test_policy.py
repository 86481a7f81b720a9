"""How orders are handled, as staff choose it."""

from __future__ import annotations

from kernel.audit.models import AuditEntry
from kernel.orders.policy import chosen_policy
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient

CHOSEN = {
    "unpaid_minutes": "45",
    "receive_days": "14",
    "complete_days": "3",
    "number_prefix": "tea",
    "number_digits": "5",
    "after_sale_days": "14",
    "fault_days": "30",
    "silent_days": "2",
    "send_back_days": "7",
    "inspect_days": "10",
    "difference_days": "7",
}


def test_the_terms_of_orders_are_chosen_within_their_bounds(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff("orders.manage")

    refused = desk.post("/orders/policy/", {**CHOSEN, "receive_days": "999"})
    saved = desk.post("/orders/policy/", CHOSEN)

    assert (refused.status_code, saved.status_code) == (422, 302)
    with tenant_context(tenant):
        chosen = chosen_policy()
        assert (chosen.unpaid_minutes, chosen.receive_days, chosen.number_prefix) == (45, 14, "TEA")
        assert not chosen.guests_may_order
        assert AuditEntry.objects.filter(action="orders.policy_changed").count() == 1
    assert "TEA00001" in desk.get("/orders/policy/").content.decode()


def test_who_may_only_look_does_not_choose(desk: TenantClient) -> None:
    desk.as_staff("orders.view")

    assert desk.post("/orders/policy/", CHOSEN).status_code == 403
