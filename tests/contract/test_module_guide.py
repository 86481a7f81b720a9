"""The guide for authors of modules is true: each of its commands is run, in a copy of the tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.cli import module
from config.dev.tree import committed_files
from config.scaffold import InvalidModuleName, ModuleExists, write_module

ROOT = Path(__file__).resolve().parents[2]
SERVERS = ("STOA_TEST_DATABASE_ADMIN_URL", "STOA_TEST_REDIS_URL", "STOA_TEST_PACKS")
CONFTEST = """
from testkit.database import (
    _fresh_directory, committing, django_db_setup, in_tenant_a, tenant_a, tenant_b
)
"""


def environment(*paths: Path) -> dict[str, str]:
    """A new test run on the servers of this one, with these folders in front of all others."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in SERVERS or not name.startswith(("STOA_", "PYTEST_", "DJANGO_"))
    }
    programs = str(Path(sys.executable).parent)
    return {
        **kept,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTEST_ADDOPTS": "-p no:cacheprovider",
        "RUFF_NO_CACHE": "true",
    }


def run(command: list[str] | str, *, cwd: Path, env: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        shell=isinstance(command, str),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the tree as it would be committed."""
    for path in committed_files():
        target = tmp_path / "tree" / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return tmp_path / "tree"


def test_the_commands_of_the_guide_lead_to_a_module_that_conforms(tree: Path) -> None:
    guide = (tree / "apps" / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", guide, re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines() if line.strip()]
    env = environment(tree / "platform", tree)

    told = {command: run(command, cwd=tree, env=env) for command in commands}

    assert "wrote" in told[commands[0]]
    assert (tree / "apps" / "gift_wrap" / "migrations" / "0001_initial.py").is_file()
    passed = [text for command, text in told.items() if command.startswith("pytest")]
    assert all(re.search(r"2\d passed", text) for text in passed)


def test_a_module_of_another_distribution_conforms(tmp_path: Path) -> None:
    write_module("gift_wrap", zh="礼品包装", en="Gift wrap", into=tmp_path)
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    info = tmp_path / "gift_wrap-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gift-wrap\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text(
        "[stoa.modules]\ngift_wrap = gift_wrap.manifest:manifest\n", encoding="utf-8"
    )
    command = [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib", "gift_wrap"]
    command += ["-p", "testkit.services", "--ds=config.settings.test", f"--rootdir={tmp_path}"]

    told = run(command, cwd=tmp_path, env=environment(tmp_path, ROOT / "platform", ROOT))

    assert re.search(r"2\d passed", told)


@pytest.mark.parametrize(
    "code", ["", "x", "GiftWrap", "gift-wrap", "1gift", "gift__wrap", "gift_", "class", "a" * 32]
)
def test_a_code_that_cannot_be_imported_is_refused(code: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidModuleName):
        write_module(code, into=tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ['"; import os; "', "x" * 41, "{{ 7 }}", "a\nb"])
def test_a_name_that_would_break_the_code_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidModuleName):
        write_module("gift_wrap", en=name, into=tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", ["check_in", "members", "sessions", "outbox", "json"])
def test_a_code_that_is_taken_is_refused(code: str, tmp_path: Path) -> None:
    with pytest.raises(ModuleExists):
        write_module(code, into=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_second_module_of_the_same_name_leaves_the_first_as_it_is(tmp_path: Path) -> None:
    runner = CliRunner()
    first = runner.invoke(module.app, ["new", "gift_wrap", "--into", str(tmp_path), "--json"])
    (tmp_path / "gift_wrap" / "models.py").write_text("mine", encoding="utf-8")

    second = runner.invoke(module.app, ["new", "gift_wrap", "--into", str(tmp_path)])

    assert (first.exit_code, second.exit_code) == (0, 1)
    assert isinstance(second.exception, ModuleExists)
    assert (tmp_path / "gift_wrap" / "models.py").read_text(encoding="utf-8") == "mine"
