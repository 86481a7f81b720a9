"""Reviews as staff meet them."""

from __future__ import annotations

from kernel.audit.models import AuditEntry
from kernel.reviews.models import Review
from kernel.reviews.policy import current_policy
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.reviews import make_review
from testkit.web import TenantClient


def test_staff_choose_what_waits_then_publish_answer_and_hide(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff("reviews.view", "reviews.manage", "audit.view")
    told = {"words": "微信\nrefund scam", "default_days": "14"}

    refused = desk.post("/reviews/policy/", {**told, "default_days": "999"})
    chosen = desk.post("/reviews/policy/", told)
    with tenant_context(tenant):
        assert current_policy().words == ["微信", "refund scam"]
        row = make_review(text="加我微信")
        make_review(text="Wonderful", goods=4)
    found = desk.get("/reviews/?state=waiting&text=微信").content.decode()
    path, back = f"/reviews/{row.public_id}/", {"next": "/reviews/?state=waiting"}
    done = [
        desk.post(f"{path}publish/", back),
        desk.post(f"{path}reply/", {**back, "reply": "谢谢"}),
        desk.post(f"{path}hide/", {"next": "https://elsewhere.example/", "reason": "广告"}),
    ]

    assert (refused.status_code, chosen.status_code) == (422, 302)
    assert "加我微信" in found
    assert "Wonderful" not in found
    assert [each["Location"] for each in done] == [*[back["next"]] * 2, "/reviews/"]
    with tenant_context(tenant):
        row = Review.objects.get(pk=row.pk)
        actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert (row.state, row.reply) == ("hidden", "谢谢")
    assert actions >= {
        "reviews.policy_changed",
        "review.published",
        "review.answered",
        "review.hidden",
    }


def test_who_may_only_look_decides_nothing(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff("reviews.view")
    with tenant_context(tenant):
        row = make_review()

    shown = desk.get("/reviews/").content.decode()
    refused = desk.post(f"/reviews/{row.public_id}/hide/", {})

    assert "Fresh and fragrant." in shown
    assert "/hide/" not in shown
    assert refused.status_code == 403
