"""Settings of modules: typed, bounded, all or nothing."""

from __future__ import annotations

import pytest
from django.utils import translation

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.modules.errors import UnknownModule
from kernel.modules.registry import manifests
from kernel.settings.errors import InvalidSettings
from kernel.settings.forms import settings_form
from kernel.settings.models import Setting
from kernel.settings.services import get_settings, set_settings
from kernel.tenancy.context import TenantRef, tenant_context

ACTOR = Actor.system("tests")
pytestmark = pytest.mark.usefixtures("in_tenant_a")


def test_what_was_not_chosen_has_its_default() -> None:
    assert get_settings("check_in")["make_up_cost"] == 5
    assert not Setting.objects.exists()


def test_chosen_values_are_kept_and_audited_once() -> None:
    set_settings("check_in", {"make_up_cost": 9}, actor=ACTOR)
    set_settings("check_in", {"make_up_cost": 9}, actor=ACTOR)

    assert get_settings("check_in")["make_up_cost"] == 9
    [entry] = AuditEntry.objects.filter(action="settings.changed")
    assert (entry.before, entry.after) == ({"make_up_cost": 5}, {"make_up_cost": 9})


def test_each_tenant_has_its_own(tenant_b: TenantRef) -> None:
    set_settings("check_in", {"make_up_cost": 9}, actor=ACTOR)

    with tenant_context(tenant_b):
        assert get_settings("check_in")["make_up_cost"] == 5


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("make_up_cost", -1),
        ("make_up_cost", 2**70),
        ("make_up_cost", True),
        ("make_up_cost", "5"),
        ("make_up_cost", None),
        ("day_points", 5),
        ("day_points", [1, "2"]),
        ("day_points", [1] * 101),
        ("rules", "x" * 1001),
        ("rules", "a\x00b"),
        ("nothing", 1),
    ],
)
def test_a_value_that_does_not_fit_changes_nothing(key: str, value: object) -> None:
    with pytest.raises(InvalidSettings) as caught:
        set_settings("check_in", {"make_ups_per_month": 9, key: value}, actor=ACTOR)

    assert list(caught.value.fields["invalid"]) == [key]  # type: ignore[call-overload]
    assert get_settings("check_in")["make_ups_per_month"] == 2
    assert not AuditEntry.objects.filter(action="settings.changed").exists()


def test_a_stored_value_that_no_longer_fits_counts_as_not_chosen() -> None:
    Setting.objects.create(module="check_in", key="make_up_cost", value="five")

    assert get_settings("check_in")["make_up_cost"] == 5


def test_nobodys_settings_are_refused() -> None:
    with pytest.raises(UnknownModule):
        get_settings("teleport")


@pytest.mark.parametrize(
    ("language", "label"), [("en", "Points for each day"), ("zh-hans", "每日积分")]
)
def test_the_form_speaks_the_language_of_whoever_looks_at_it(language: str, label: str) -> None:
    form = settings_form(manifests()["check_in"]).of_current_tenant()

    with translation.override(language):
        assert label in form.as_p()
