"""A tenant's life from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from testkit.chaos import Nursery

Program = Callable[..., dict[str, Any]]

pytestmark = pytest.mark.usefixtures("committing")


@pytest.fixture
def program(django_db_setup: None) -> Iterator[Program]:
    """The program in processes of its own; returns exit status, output and refusal."""
    with Nursery() as nursery:

        def run(*arguments: str) -> dict[str, Any]:
            outcome: dict[str, Any] = nursery.run(
                "tests.chaos.work:command", arguments=list(arguments)
            ).result
            return outcome

        yield run


def shown(outcome: dict[str, Any]) -> Any:
    assert outcome["status"] == 0, outcome
    return json.loads(outcome["output"])


def test_a_tenant_lives_and_ends_on_the_command_line(program: Program, tmp_path: Path) -> None:
    name = f"茶馆 {token_hex(3)}"
    host = f"{token_hex(4)}.localhost"
    phrase = tmp_path / "phrase"
    phrase.write_text("a long walk by the sea\n")
    archive = tmp_path / "tenant.age"

    opened = shown(program("tenant", "create", name, "--host", host, "--json"))
    assert (opened["name"], opened["state"], opened["hosts"]) == (name, "active", host)
    assert shown(program("tenant", "show", host, "--json"))["domains"][0]["primary"]

    held = shown(program("tenant", "suspend", name, "--reason", "unpaid", "--json"))
    assert (held["state"], held["level"]) == ("suspended", 3)
    assert shown(program("tenant", "release", opened["id"], "--json"))["state"] == "active"

    exported = shown(
        program("tenant", "export", name, str(archive), "--passphrase-file", str(phrase), "--json")
    )
    assert exported["state"] == "done"
    moved = f"{token_hex(4)}.localhost"
    taken = shown(
        program(
            *("tenant", "import", str(archive), "--host", moved, "--name", f"{name} 2"),
            *("--passphrase-file", str(phrase), "--json"),
        )
    )
    assert taken["state"] == "done"
    copied = f"{token_hex(4)}.localhost"
    assert shown(program("tenant", "copy", name, f"{name} 3", "--host", copied, "--json"))
    listed = shown(program("tenant", "list", "--json"))
    assert {name, f"{name} 2", f"{name} 3"} <= {row["name"] for row in listed}

    assert shown(program("tenant", "archive", name, "--reason", "x", "--json"))["state"] == "done"
    assert shown(program("tenant", "restore", name, "--json"))["state"] == "done"
    assert shown(program("tenant", "archive", name, "--reason", "x", "--json"))["state"] == "done"
    refused = program("tenant", "purge", name, "--confirm", "something else")
    assert refused["refusal"] == "tenants.not_confirmed"
    assert shown(program("tenant", "purge", name, "--confirm", name, "--json"))["state"] == "done"
    assert shown(program("tenant", "show", opened["id"], "--json"))["state"] == "purged"
    done = shown(program("jobs", "list", "--all", "--json"))
    assert {"archive", "restore", "purge", "copy", "export", "import"} <= {j["kind"] for j in done}


def test_host_names_are_bound_and_unbound_on_the_command_line(program: Program) -> None:
    host, other = f"{token_hex(4)}.localhost", f"{token_hex(4)}.localhost"
    shown(program("tenant", "create", "x", "--host", host, "--json"))

    pending = shown(program("domain", "add", host, "店.example.org", "--json"))
    assert [row["state"] for row in pending] == ["verified", "pending"]
    assert pending[1]["record"].endswith(" TXT")
    shown(program("domain", "add", host, other, "--json"))
    assert program("domain", "remove", host, host)["refusal"] == "tenants.state_refused"
    rows = shown(program("domain", "primary", host, other, "--redirect-others", "--json"))
    assert [row["domain"] for row in rows if row["primary"]] == [other]
    left = shown(program("domain", "remove", other, host, "--json"))
    assert host not in {row["domain"] for row in left}


def test_bad_input_is_refused_by_its_name(program: Program) -> None:
    told = {
        ("tenant", "create", "x" * 300, "--host", "a.localhost"): "tenants.invalid_name",
        ("tenant", "create", "x", "--host", "admin.localhost"): "tenants.reserved_domain",
        ("tenant", "create", "x", "--host", "no host"): "tenants.invalid_domain",
        ("tenant", "show", "nobody"): "tenancy.unknown_tenant",
        ("jobs", "show", "job_x"): "common.invalid_id",
    }

    assert {each: program(*each)["refusal"] for each in told} == told
