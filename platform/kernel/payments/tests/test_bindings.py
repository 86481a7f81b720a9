"""Credentials are tried, sealed, and not shown again."""

from __future__ import annotations

import json

import pytest
import structlog
from pytest_django import Settings

from kernel.audit.models import AuditEntry
from kernel.common.secrets.models import TenantSecret
from kernel.common.time import utc_now
from kernel.payments.errors import BindingRefused, LiveNotAllowed, UnknownGateway
from kernel.payments.models import Attempt, BindingVersion, PaymentBinding
from kernel.payments.selectors import particulars_of
from kernel.payments.services import bind, rebind, remove_binding, set_enabled
from kernel.payments.services.opening import open_binding
from kernel.payments.tests.support import (
    HOOK_SECRET,
    KEY,
    STAFF,
    begun,
    bound,
    hear,
    stripe_values,
    wanted,
)
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.servers.stripe import StripeDouble
from testkit.tenants import open_test_tenant


def attempt_to_bind(values: dict[str, object], **particulars: object) -> PaymentBinding:
    usual: dict[str, object] = {
        "gateway": "stripe",
        "is_live": False,
        "title": "Cards",
        "values": values,
        "actor": STAFF,
        "now": utc_now(),
    }
    return bind(**{**usual, **particulars})  # type: ignore[arg-type]


@pytest.mark.usefixtures("in_tenant_a", "double")
def test_of_a_secret_nothing_is_left_but_its_end() -> None:
    with structlog.testing.capture_logs() as logs:
        row = attempt_to_bind(stripe_values())

    shown = particulars_of(row)
    assert shown.hints == {"restricted_key": KEY[-4:], "webhook_secret": HOOK_SECRET[-4:]}
    assert shown.public == {"publishable_key": "pk_test_aquietharbour"}
    kept = json.dumps(
        [list(AuditEntry.objects.values("before", "after")), [list(shown.public.items())], logs],
        default=str,
    )
    assert KEY not in kept
    assert HOOK_SECRET not in kept
    assert KEY.encode() not in bytes(TenantSecret.objects.get().blob)
    assert open_binding(row).text("restricted_key") == KEY


@pytest.mark.usefixtures("in_tenant_a", "double")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("restricted_key", ""),
        ("restricted_key", "pk_test_12345678"),
        ("restricted_key", 5),
        ("webhook_secret", "whsec"),
        ("webhook_secret", "whsec_" + "x" * 5000),
        ("surprise", "x"),
    ],
)
def test_what_does_not_fit_the_form_binds_nothing(field: str, value: object) -> None:
    with pytest.raises(BindingRefused) as refusal:
        attempt_to_bind({**stripe_values(), field: value})

    assert field in refusal.value.fields["invalid"]  # type: ignore[operator]
    assert not PaymentBinding.objects.exists()
    assert not TenantSecret.objects.exists()


@pytest.mark.usefixtures("in_tenant_a", "double")
@pytest.mark.parametrize("key", ["sk_test_revoked_by_its_owner", "sk_live_aquietharbour"])
def test_credentials_that_do_not_work_bind_nothing(key: str) -> None:
    with pytest.raises(BindingRefused):
        attempt_to_bind(stripe_values(key))

    assert not PaymentBinding.objects.exists()
    assert not TenantSecret.objects.exists()


@pytest.mark.usefixtures("in_tenant_a")
def test_nothing_is_bound_while_the_gateway_is_silent(
    double: StripeDouble, settings: Settings
) -> None:
    settings.STOA_STRIPE_API_BASE = "http://127.0.0.1:9"

    with pytest.raises(BindingRefused):
        attempt_to_bind(stripe_values())

    assert not PaymentBinding.objects.exists()


@pytest.mark.usefixtures("in_tenant_a")
def test_an_unknown_way_to_pay_is_refused() -> None:
    with pytest.raises(UnknownGateway):
        attempt_to_bind({}, gateway="moonshine")


def test_a_sandbox_never_binds_real_money(double: StripeDouble, committing: None) -> None:
    sandbox = open_test_tenant(kind="sandbox")

    with tenant_context(sandbox), pytest.raises(LiveNotAllowed):
        attempt_to_bind(stripe_values("sk_live_aquietharbour"), is_live=True)

    with tenant_context(sandbox):
        assert not PaymentBinding.objects.exists()


def test_what_began_with_old_credentials_goes_on_with_them(
    stripe_binding: PaymentBinding, double: StripeDouble
) -> None:
    intent = wanted()
    attempt = begun(intent, stripe_binding)
    other = "sk_test_anotheraccount"

    row = rebind(
        stripe_binding.id,
        values={**stripe_values(other, "whsec_of_the_other_account")},
        actor=STAFF,
        now=utc_now(),
    )
    double.pay(KEY, attempt.gateway_ref)
    hear(double, stripe_binding)

    assert row.version == 2
    assert open_binding(row).text("restricted_key") == other
    assert Attempt.objects.get().state == "paid"


def test_a_secret_that_is_left_empty_stays(stripe_binding: PaymentBinding) -> None:
    row = rebind(
        stripe_binding.id,
        values={"publishable_key": "pk_test_anotherone", "restricted_key": ""},
        actor=STAFF,
        now=utc_now(),
    )

    assert open_binding(row).text("restricted_key") == KEY
    assert BindingVersion.objects.filter(binding=row).count() == 2


def test_a_removed_binding_still_gives_back(
    stripe_binding: PaymentBinding, double: StripeDouble
) -> None:
    from kernel.common.money import Money
    from kernel.payments.services import drive_refund, refund

    intent = wanted()
    attempt = begun(intent, stripe_binding)
    double.pay(KEY, attempt.gateway_ref)
    hear(double, stripe_binding)
    remove_binding(stripe_binding.id, actor=STAFF, now=utc_now())

    (made,) = refund(intent.id, Money(999, "CNY"), key="r", reason="", actor=STAFF, now=utc_now())

    assert drive_refund(made.id, now=utc_now()).state == "succeeded"


def test_a_sealed_row_of_one_tenant_opens_in_no_other(
    stripe_binding: PaymentBinding, tenant_b: TenantRef
) -> None:
    from kernel.common.secrets.errors import SecretsUnreadable

    row = TenantSecret.objects.get()
    version = BindingVersion.objects.get()
    copied = {
        name: getattr(row, name)
        for name in ("id", "purpose", "blob", "key_id", "version", "created_at", "updated_at")
    }
    with tenant_context(tenant_b):
        TenantSecret.objects.create(**copied)
        fields = ("id", "gateway", "mode", "is_live", "title", "version", "checked_at")
        stolen = PaymentBinding.objects.create(
            **{name: getattr(stripe_binding, name) for name in fields}
        )
        BindingVersion.objects.create(
            binding=stolen, version=1, public=version.public, hints=version.hints, set_by="x"
        )

        with pytest.raises(SecretsUnreadable):
            open_binding(stolen)


@pytest.mark.usefixtures("in_tenant_a", "double")
def test_a_connected_account_is_asked_for_and_sees_its_own_alone(
    double: StripeDouble, settings: Settings
) -> None:
    settings.STOA_PAYMENT_PLATFORMS = {
        "stripe.test": {
            "secret_key": "sk_test_theplatform",
            "publishable_key": "pk_test_theplatform",
            "webhook_secret": HOOK_SECRET,
        }
    }
    client = __import__("stripe").StripeClient(
        "sk_test_theplatform", base_addresses={"api": double.url}
    )
    account = client.v1.accounts.create({}).id

    with pytest.raises(BindingRefused):
        attempt_to_bind({"account_id": "acct_ofsomebodyelse"}, mode="connect")
    row = bound("stripe", {"account_id": account}, mode="connect")
    begun(wanted(), row)

    assert double.made("sk_test_theplatform", "checkout.session") == []
    assert len(double.made(f"sk_test_theplatform/{account}", "checkout.session")) == 1
    assert not TenantSecret.objects.exists()


def test_switching_is_on_the_record(stripe_binding: PaymentBinding) -> None:
    set_enabled(stripe_binding.id, enabled=False, actor=STAFF)

    entry = AuditEntry.objects.order_by("-sequence").first()
    assert entry is not None
    assert (entry.action, entry.after) == ("payments.binding_switched", {"enabled": False})
