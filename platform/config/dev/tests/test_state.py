from __future__ import annotations

import json
import stat
from io import StringIO
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pytest
from rich.console import Console

from config.dev.reset import delete_data
from config.dev.state import LOGINS, Checkout, Installation, State
from config.dev.up import SignIn, show_sign_ins, sign_ins
from testkit.servers.errors import ServerRefused


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    for variable in ("STOA_DATABASE_URL", "STOA_REDIS_URL", "STOA_S3_SECRET_KEY"):
        monkeypatch.delenv(variable, raising=False)
    made = Checkout(tmp_path)
    made.make_folders()
    return made


def installation(checkout: Checkout) -> Installation:
    return checkout.installation(State(ports={"postgres": 5999, "redis": 6999}))


def test_what_is_saved_is_remembered_and_closed_to_others(checkout: Checkout) -> None:
    state = State(ports={"store": 8123})
    password = state.password("postgres")

    checkout.save(state)

    assert checkout.load().ports == {"store": 8123}
    assert checkout.load().password("postgres") == password
    assert stat.S_IMODE((checkout.state / "state.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(checkout.state.stat().st_mode) == 0o700


def test_a_checkout_in_use_refuses_a_second_start_and_a_reset(checkout: Checkout) -> None:
    with checkout.lock():
        with pytest.raises(ServerRefused, match="already in use"), checkout.lock():
            pass
        with pytest.raises(ServerRefused, match="already in use"):
            delete_data(checkout)
        assert checkout.holder() is not None

    assert checkout.holder() is None


def test_each_kind_of_process_signs_in_with_a_login_of_its_own(checkout: Checkout) -> None:
    running = installation(checkout)

    urls = {login: urlsplit(running.login_url(login)) for login in set(LOGINS.values())}

    assert {url.username for url in urls.values()} == {f"stoa_{login}" for login in urls}
    assert len({url.password for url in urls.values()}) == len(urls)
    assert {(url.hostname, url.port, url.path) for url in urls.values()} == {
        ("127.0.0.1", 5999, "/stoa")
    }


def test_the_superuser_of_the_server_is_told_to_no_process(checkout: Checkout) -> None:
    running = installation(checkout)
    secret = running.state.password("postgres")

    for process in LOGINS:
        assert secret not in json.dumps(running.settings(process))


def test_the_key_of_archives_goes_only_to_processes_that_have_archives(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOA_ARCHIVE_IDENTITIES", "hidden")
    running = installation(checkout)

    for name in ("STOA_ARCHIVE_IDENTITIES", "STOA_ARCHIVE_KEY_FILE"):
        having = {process for process in LOGINS if name in running.settings(process)}
        assert having == {"worker", "provisioner", "cli"}


def test_file_keys_go_only_to_processes_that_have_files(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOA_S3_SECRET_KEY", "hidden")
    running = installation(checkout)

    having = {name for name in LOGINS if "STOA_S3_SECRET_KEY" in running.settings(name)}

    assert having == {"store", "console", "channel", "worker", "provisioner", "cli"}


def test_the_double_of_stripe_is_told_to_processes_that_speak_to_gateways(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STOA_STRIPE_API_BASE", raising=False)
    running = installation(checkout)
    running.state.ports["stripe"] = 5997
    address = "http://127.0.0.1:5997"

    told = {name: running.settings(name).get("STOA_STRIPE_API_BASE") for name in LOGINS}
    monkeypatch.setenv("STOA_STRIPE_API_BASE", address)
    by_its_own_process = running.stripe_url
    monkeypatch.setenv("STOA_STRIPE_API_BASE", "https://api.stripe.com")

    assert {name for name, base in told.items() if base} == {"store", "console", "worker", "cli"}
    assert set(told.values()) == {None, address}
    assert by_its_own_process == address
    assert running.stripe_url == ""
    assert running.settings("store")["STOA_STRIPE_API_BASE"] == "https://api.stripe.com"


def test_secrets_can_be_opened_wherever_gateways_or_second_factors_are(
    checkout: Checkout,
) -> None:
    running = installation(checkout)

    opening = {name for name in LOGINS if "STOA_SECRETS_KEYS_DIR" in running.settings(name)}

    assert opening >= {"store", "console", "channel", "worker", "cli"}


def test_a_server_of_your_own_replaces_the_embedded_one(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOA_DATABASE_URL", "postgresql://boss:s%40fe@db.example:5432/shop?a=b")

    url = urlsplit(installation(checkout).login_url("worker"))

    assert (url.username, url.hostname, url.path, url.query) == (
        "stoa_worker",
        "db.example",
        "/shop",
        "a=b",
    )


def test_a_reset_forgets_everything(checkout: Checkout) -> None:
    cluster = checkout.folder / "postgres"
    (cluster / "data").mkdir(parents=True)
    checkout.save(State(postgres_home=str(cluster), passwords={"postgres": "old"}))

    delete_data(checkout)

    assert not cluster.exists()
    assert checkout.load().password("postgres") != "old"


def test_the_sign_in_table_has_the_address_of_this_start(checkout: Checkout) -> None:
    running = installation(checkout)
    running.state.ports["console"] = 8456
    row = {
        "what": "Aurora, owner",
        "process": "console",
        "host": "aurora.localhost",
        "path": "/sign-in/",
        "user": "owner@aurora.example",
        "password": "secret",
    }
    checkout.sign_in_file.write_text(json.dumps([row]), encoding="utf-8")

    assert sign_ins(running) == [
        SignIn(
            "Aurora, owner",
            "http://aurora.localhost:8456/sign-in/",
            "owner@aurora.example",
            "secret",
        )
    ]


@pytest.mark.parametrize(
    ("width", "is_terminal", "is_table"),
    [(40, True, False), (80, True, False), (200, True, True), (80, False, True)],
)
def test_an_address_is_never_broken(width: int, *, is_terminal: bool, is_table: bool) -> None:
    rows = [
        SignIn("Aurora, owner", f"http://aurora-fashion.localhost:8456/sign-in/{n}/", "o@x", "[p]")
        for n in range(2)
    ]
    console = Console(file=StringIO(), width=width, force_terminal=is_terminal, color_system=None)

    show_sign_ins(console, rows)

    lines = cast("StringIO", console.file).getvalue().splitlines()
    assert all(any(row.address in line for line in lines) for row in rows)
    assert any(line.strip() == rows[0].address for line in lines) is not is_table
    assert any("o@x" in line and "[p]" in line for line in lines)
    assert console.width == width
