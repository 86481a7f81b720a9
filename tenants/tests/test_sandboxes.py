"""In a sandbox nothing has value: the database and the layers above it see to that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.ledger.models import Asset
from kernel.ledger.services import asset_name, ensure_asset
from kernel.members.errors import SmsUnavailable
from kernel.members.messages.sms import Sms, send_sms
from kernel.members.models import Member
from kernel.payments.models import PaymentBinding
from kernel.sandbox.models import Seal
from kernel.sandbox.services import seal
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.simulation import SimulationOnly, check_real
from kernel.wallet.errors import Blocked
from kernel.wallet.guards import check_guards
from tenants.choices import DomainKind, TenantKind, TenantState
from tenants.errors import SandboxStays
from tenants.models import Job, Tenant
from tenants.services.domains import add_domain
from tenants.services.requests import copy
from tenants.services.sandboxes import end_sandboxes
from testkit.tenants import open_test_tenant
from testkit.web import console, store

ACTOR = Actor.system("tests")


@pytest.fixture
def sandbox(committing: None) -> TenantRef:
    return open_test_tenant(kind="sandbox")


def test_the_database_of_a_sandbox_refuses_what_has_value_and_a_live_shop_s_does_not(
    sandbox: TenantRef, tenant_a: TenantRef
) -> None:
    live = {"gateway": "stripe", "mode": "direct", "is_live": True, "title": "x",
            "checked_at": utc_now()}  # fmt: skip
    with tenant_context(sandbox):
        seal()
        assert Seal.objects.count() == 1
        refused = (
            lambda: PaymentBinding.objects.create(**live),
            lambda: Asset.objects.create(
                code="money", kind="commission", names={}, scale=2, is_withdrawable=True
            ),
            lambda: _run("INSERT INTO wallet_withdrawal SELECT * FROM wallet_withdrawal"
                         " UNION ALL SELECT (NULL::wallet_withdrawal).*"),
            lambda: _run("INSERT INTO documents_document (id, kind) VALUES"
                         " (gen_random_uuid(), 'invoice')"),
        )  # fmt: skip
        for attempt in refused:
            with pytest.raises(IntegrityError, match="nothing of value"), transaction.atomic():
                attempt()
        PaymentBinding.objects.create(**{**live, "is_live": False})
        with pytest.raises(IntegrityError), transaction.atomic():
            PaymentBinding.objects.update(is_live=True)
        Asset.objects.create(
            code="test_money", kind="commission", names={}, scale=2, is_withdrawable=True
        )
        for statement in ("DELETE FROM sandbox_seal", "UPDATE sandbox_seal SET id = 1"):
            with pytest.raises(ProgrammingError), transaction.atomic():
                _run(statement)
    with tenant_context(tenant_a), transaction.atomic():
        assert not Seal.objects.exists()
        PaymentBinding.objects.create(**live)
        transaction.set_rollback(True)


def test_a_sandbox_has_two_hundred_logins_and_as_many_made_up_members_as_one_likes(
    sandbox: TenantRef,
) -> None:
    with tenant_context(sandbox):
        Member.objects.bulk_create(Member(name="x", login=f"{at}@example.com") for at in range(200))
        with pytest.raises(IntegrityError, match="200 logins"), transaction.atomic():
            Member.objects.create(name="x", login="more@example.com")
        Member.objects.bulk_create(Member(name="x") for _ in range(50))
        assert Member.objects.count() == 250


def test_nothing_leaves_a_sandbox_and_every_page_says_what_it_is(sandbox: TenantRef) -> None:
    with tenant_context(sandbox):
        with pytest.raises(SimulationOnly):
            check_real()
        with pytest.raises(Blocked):
            check_guards(Member().pk, "points", now=utc_now())
        with pytest.raises(SmsUnavailable):
            send_sms(Sms("+8613800000000", "x", "code"))
        points = ensure_asset("points", "points", {"zh-hans": "积分", "en": "Points"}, 0)
        assert asset_name(points, "en") == "TEST_Points"
    with pytest.raises(SimulationOnly):
        add_domain(sandbox.id, "shop.example.org", kind=DomainKind.STORE, actor=ACTOR)
    with store(sandbox, headers={"Accept-Language": "en"}) as shop:
        for path in ("/", "/draws/", "/account/sign-in/"):
            page = shop.get(path)
            assert "Simulation, no value" in page.content.decode(), path
            assert page["X-Robots-Tag"] == "noindex, nofollow"
        told = {"login": "new@example.com", "name": "N", "password": "seven quiet boats at noon"}
        answer = shop.post("/api/v1/store/members/register/", told, content_type="application/json")
        assert answer.status_code in {403, 409, 422}, answer.content
        with tenant_context(sandbox):
            assert not Member.objects.exists()
    with console(sandbox, headers={"Accept-Language": "en"}) as desk:
        desk.as_staff("rewards.view")
        assert "Simulation, no value" in desk.get("/rewards/").content.decode()


def test_a_sandbox_is_never_copied_into_a_live_shop(sandbox: TenantRef) -> None:
    hosts = {DomainKind.STORE: "never.localhost"}
    with pytest.raises(SandboxStays):
        copy(sandbox.id, name="never", hosts=hosts, kind=TenantKind.LIVE, actor=ACTOR)


def test_a_live_shop_says_nothing_of_simulations(tenant_a: TenantRef) -> None:
    with store(tenant_a, headers={"Accept-Language": "en"}) as shop:
        page = shop.get("/")
        assert "Simulation" not in page.content.decode()
        assert "X-Robots-Tag" not in page.headers


def test_a_sandbox_is_archived_after_ninety_days_and_then_deleted(sandbox: TenantRef) -> None:
    later = utc_now() + timedelta(days=91)

    def kinds() -> list[str]:
        jobs = Job.objects.filter(tenant_id=sandbox.id).order_by("created_at")
        return [str(job.kind) for job in jobs]

    with public_context():
        end_sandboxes(now=later - timedelta(days=2), actor=ACTOR)
        assert kinds() == []
        for _night in range(2):
            end_sandboxes(now=later, actor=ACTOR)
            assert kinds() == ["archive"]
        Job.objects.filter(tenant_id=sandbox.id).update(state="done")
        Tenant.objects.filter(pk=sandbox.id).update(state=TenantState.ARCHIVED)
        end_sandboxes(now=later, actor=ACTOR)
        assert kinds() == ["archive", "purge"]


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
