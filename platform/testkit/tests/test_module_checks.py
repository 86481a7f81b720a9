"""E001 to E010 each speak up when their rule is broken, and only then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.checks import CheckMessage, run_checks
from django.test import override_settings

from testkit.modules import carrying

HERE = "testkit.tests.modules"


@pytest.fixture(scope="module")
def found() -> Iterator[list[CheckMessage]]:
    references = [f"{HERE}.{code}.manifest:manifest" for code in ("lamp", "faulty")]
    with (
        carrying(*references),
        override_settings(
            INSTALLED_APPS=[*settings.INSTALLED_APPS, f"{HERE}.wall.apps.WallConfig"],
            STOA_TENANT_APPS=[*settings.STOA_TENANT_APPS, "wall"],
        ),
    ):
        yield run_checks(tags=["modules"])


def ids_of(messages: list[CheckMessage], model: str) -> set[str]:
    return {str(m.id) for m in messages if getattr(m.obj, "__name__", "") == model}


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        ("Wall", "modules.E002"),
        ("Unstamped", "modules.E003"),
        ("Leaning", "modules.E004"),
        ("Plain", "modules.E005"),
        ("Showing", "modules.E006"),
        ("Many", "modules.E007"),
        ("Child", "modules.E008"),
        ("Anything", "modules.E009"),
        ("Inner", "modules.E010"),
    ],
)
def test_a_broken_rule_is_told_of_the_model_that_breaks_it(
    found: list[CheckMessage], model: str, wanted: str
) -> None:
    assert wanted in ids_of(found, model)


def test_a_model_that_breaks_one_rule_is_told_one(found: list[CheckMessage]) -> None:
    single = ["Wall", "Unstamped", "Leaning", "Plain", "Showing", "Anything", "Inner"]

    assert {name: len(ids_of(found, name)) for name in single} == dict.fromkeys(single, 1)


def test_models_that_keep_the_rules_are_told_nothing(found: list[CheckMessage]) -> None:
    assert ids_of(found, "Lamp") | ids_of(found, "Bulb") | ids_of(found, "CheckIn") == set()


@pytest.mark.parametrize("text", ["depends on the module lamp", "uses run_before"])
def test_migrations_that_reach_out_of_their_module_are_told(
    found: list[CheckMessage], text: str
) -> None:
    told = [m.msg for m in found if m.id == "modules.E002"]

    assert any("faulty.0001_initial" in message and text in message for message in told)


def test_an_app_in_two_lists_is_told() -> None:
    with (
        carrying(f"{HERE}.lamp.manifest:manifest"),
        override_settings(STOA_TENANT_APPS=[*settings.STOA_TENANT_APPS, "lamp"]),
    ):
        told = run_checks(tags=["modules"])

    assert [m.msg for m in told if m.id == "modules.E001"] == [
        "lamp is in STOA_TENANT_APPS and in modules"
    ]
