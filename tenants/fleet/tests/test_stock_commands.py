"""Stock commands that would work past the runner point to it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.core.management import call_command, get_commands
from django.core.management.base import CommandError

REFUSED = [
    ("migrate", "stoa migrate public"),
    ("migrate_schemas", "stoa migrate run"),
    ("create_tenant", "stoa tenant open"),
    ("clone_tenant", "stoa tenant copy"),
    ("delete_tenant", "stoa tenant purge"),
    ("rename_schema", "stoa tenant"),
    ("create_missing_schemas", "stoa tenant"),
    ("create_domain", "stoa tenant"),
    ("delete_domain", "stoa tenant"),
    ("tenant_command", "stoa tenant"),
    ("all_tenants_command", "stoa migrate run"),
]


@pytest.mark.parametrize(("name", "pointer"), REFUSED)
def test_a_stock_command_is_refused_with_a_pointer(name: str, pointer: str) -> None:
    with pytest.raises(CommandError, match=pointer):
        call_command(name)


def test_it_is_refused_whatever_its_arguments() -> None:
    with pytest.raises(CommandError, match="stoa migrate run"):
        call_command("migrate_schemas", "--shared", "--executor=multiprocessing")


def test_on_the_command_line_it_is_one_line_and_status_2() -> None:
    done = subprocess.run(
        [sys.executable, "platform/manage.py", "migrate_schemas", "--shared"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "stoa migrate run" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_command_of_django_tenants_that_writes_is_left() -> None:
    left = {name for name, app in get_commands().items() if app == "django_tenants"}

    assert left <= {"collectstatic_schemas", "create_tenant_superuser"}
