"""Real processes on the test run's database: what a browser meets outside."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import Browser, expect
from rich.console import Console

from config.dev.supervisor import Program, Supervisor, machine_environment, module_command
from kernel.common.secrets.local_ring import write_new_key
from kernel.common.time import utc_now
from kernel.members.tests.doubles import WeChatDouble, served
from kernel.members.tests.people import MAILBOX
from testkit.browser import browser as running_browser
from testkit.database import login_url
from testkit.modules import carried_folders
from testkit.servers.guard import Guard
from testkit.servers.ports import LOOPBACK, free_ports
from testkit.servers.stripe import StripeDouble, stripe_double

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a quiet harbour at dawn"


@dataclass(frozen=True)
class Site:
    """Where the processes of the journey answer.

    Attributes:
        stripe: the double that the processes take for Stripe.
        wechat: the double that they take for WeChat.
        keys: directory of the root keys that they seal with.
        static: directory of the collected style sheets.
    """

    ports: dict[str, int]
    stripe: StripeDouble
    wechat: str
    keys: Path
    static: Path

    def address(self, host: str, process: str, path: str = "/") -> str:
        """Return the address of a page."""
        return f"http://{host}:{self.ports[process]}{path}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's own event loop makes Django believe that it is in asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # The limit of what is expected, not its pace: a busy machine takes its time.
    expect.set_options(timeout=60_000)
    with running_browser() as started:
        yield started
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Collect static files as an installation does: each is named by what is in it."""
    folder = tmp_path_factory.mktemp("static")
    manifest = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": manifest}}
    with override_settings(STATIC_ROOT=str(folder), STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, static: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Run store, console, channel and provisioner.

    No longer than a module's tests: the provisioner would take the jobs that
    other tests start and mean to do themselves.
    """
    folder = tmp_path_factory.mktemp("site")
    ports = dict(zip(("store", "console", "channel"), free_ports(3), strict=True))
    logs, keys = folder / "logs", folder / "keys"
    for each in (logs, keys):
        each.mkdir()
    write_new_key(keys, now=utc_now())
    with contextlib.ExitStack() as stack:
        stripe = stack.enter_context(stripe_double())
        wechat = stack.enter_context(served(WeChatDouble()))
        guard = Guard()
        stack.callback(guard.close)
        supervisor = Supervisor(root=ROOT, logs=logs, guard=guard, console=_console())
        stack.callback(supervisor.stop)
        made = Site(ports, stripe, wechat, keys, static)
        supervisor.start(
            [
                *(_web(kind, made) for kind in ports),
                _worker("provisioner", "provisioning,moving", made),
            ]
        )
        yield made


@pytest.fixture(scope="module")
def worker(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Do in the background what an installation does there: imports, events, refunds."""
    with contextlib.ExitStack() as stack:
        guard = Guard()
        stack.callback(guard.close)
        logs = tmp_path_factory.mktemp("worker")
        supervisor = Supervisor(root=ROOT, logs=logs, guard=guard, console=_console())
        stack.callback(supervisor.stop)
        supervisor.start([_worker("worker", "events,default,settlement,media", site)])
        yield


def _console() -> Console | None:
    return Console(file=sys.stderr) if os.environ.get("STOA_TEST_SHOW_PROCESSES") else None


def _environment(kind: str, site: Site) -> dict[str, str]:
    login = {"provisioner": "owner"}.get(kind, kind)
    return {
        **machine_environment(),
        "PYTHONPATH": ":".join([str(ROOT / "platform"), str(ROOT), *carried_folders()]),
        "DJANGO_SETTINGS_MODULE": "config.settings.base",
        "STOA_PROCESS": kind,
        "STOA_PROCESS_DATABASE_URL": login_url(login),
        "STOA_REDIS_URL": settings.STOA_REDIS_URL,
        "STOA_REDIS_PREFIX": settings.STOA_REDIS_PREFIX,
        "STOA_DB_PREFIX": settings.STOA_DB_PREFIX,
        "STOA_SECRET_KEY": settings.SECRET_KEY,
        "STOA_ARCHIVE_IDENTITIES": ",".join(settings.STOA_ARCHIVE_IDENTITIES),
        "STOA_STATE_DIR": str(settings.STATE_DIR),
        "STOA_MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "STOA_HTTPS": "0",
        "STOA_STATIC_ROOT": str(site.static),
        "STOA_WARM_POOL_SIZE": "2",
        "STOA_SECRETS_KEYS_DIR": str(site.keys),
        "STOA_STRIPE_API_BASE": site.stripe.url,
        # Nobody answers there: a journey never speaks to the platform itself.
        "STOA_ALIPAY_API": "http://127.0.0.1:9/",
        "STOA_WECHAT_API": site.wechat,
        "STOA_WECHAT_OPEN": site.wechat,
        "STOA_SMS_PROVIDER": MAILBOX,
        **{f"STOA_PUBLIC_PORT_{name.upper()}": str(port) for name, port in site.ports.items()},
    }


def _web(kind: str, site: Site) -> Program:
    return Program(
        name=kind,
        command=module_command(
            "granian",
            "--interface=wsgi",
            f"--host={LOOPBACK}",
            f"--port={site.ports[kind]}",
            "--workers=1",
            "--blocking-threads=2",
            "--static-path-route=/static",
            f"--static-path-mount={site.static}",
            "config.wsgi:application",
        ),
        environment=_environment(kind, site),
        ready=site.ports[kind],
    )


def _worker(kind: str, queues: str, site: Site) -> Program:
    return Program(
        name=kind,
        command=module_command(
            "celery",
            "--app=config.celery",
            "worker",
            f"--queues={queues}",
            "--pool=solo",
            f"--hostname={kind}@%h",
            "--loglevel=INFO",
            "--without-gossip",
            "--without-mingle",
        ),
        environment=_environment(kind, site),
        ready=re.compile(r"@\S+ ready\b"),
    )


@dataclass(frozen=True)
class Partner:
    """A channel partner, and somebody who works there."""

    host: str
    email: str


@pytest.fixture
def partner(committing: None) -> Partner:
    from channel_center.services.channels import add_staff, create_channel
    from kernel.audit.actor import Actor
    from tenants.services.pool import refill

    slug = f"partner-{token_hex(4)}"
    channel = create_channel(
        name="北辰云店",
        slug=slug,
        host=f"{slug}.localhost",
        brand={"name": "北辰云店", "colour": "#2d4a9e"},
        actor=Actor.system("tests"),
    )
    email = f"{slug}@example.com"
    add_staff(channel_id=channel.pk, email=email, name="周航", password_hash=hashed())
    refill(1)
    return Partner(channel.host, email)


@dataclass(frozen=True)
class Shop:
    """An open shop, and its owner."""

    store: str
    console: str
    email: str


@pytest.fixture
def shop(committing: None) -> Shop:
    from kernel.audit.actor import Actor
    from tenants.choices import DomainKind
    from tenants.services.lifecycle import Opening, open_tenant

    label = f"shop-{token_hex(4)}"
    made = Shop(f"{label}.localhost", f"console.{label}.localhost", "owner@example.com")
    opening = Opening(
        name="Harbor Coffee",
        hosts={DomainKind.STORE: made.store, DomainKind.CONSOLE: made.console},
        owner_email=made.email,
        owner_name="Grace Porter",
        owner_password_hash=hashed(),
    )
    open_tenant(opening, actor=Actor.system("tests"), may_make_schema=True)
    return made


def hashed() -> str:
    """Return the stored form of the password as the processes check it, not as a test run."""
    from kernel.access.services import hash_password

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"]):
        return hash_password(PASSWORD)
