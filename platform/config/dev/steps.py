"""What is prepared between the start of the servers and the start of the processes.

Each step may run again at every start and must then be quick: it brings the
installation to where it should be and does nothing when it is there already.
Django is imported inside the steps, because the first ones create the login
that Django uses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from config.cli import runtime
from config.dev.programs import static_root
from config.dev.state import Installation

Report: TypeAlias = Callable[[str], None]


@dataclass(frozen=True)
class Step:
    """One step: its name for people, and the work.

    Attributes:
        run: gets the installation and a function that shows what is being done.
    """

    title: str
    run: Callable[[Installation, Report], None]


def prepare_server(installation: Installation, report: Report) -> None:
    """Make the logins, the database and what each may do in it."""
    from tenants.ddl.names import LOGIN_KINDS
    from tenants.ddl.prepare import prepare

    prepared = prepare(
        installation.admin_url,
        prefix=installation.state.prefix,
        database=installation.database,
        passwords={kind: installation.state.password(f"role:{kind}") for kind in LOGIN_KINDS},
    )
    for warning in prepared.warnings:
        report(warning)
    runtime.use(installation, process="cli")


def migrate_registry(_: Installation, report: Report) -> None:
    """Bring the registry's own tables to this release."""
    from tenants.ddl.public import migrate_public

    migrate_public(report)


def make_root_key(installation: Installation, _: Report) -> None:
    """Make the first key that tenants' secrets hang on; begin counting anew."""
    from datetime import UTC, datetime

    from kernel.common.secrets.local_ring import write_new_key

    keys, counts = installation.checkout.root_keys, installation.checkout.metrics
    keys.mkdir(mode=0o700, exist_ok=True)
    if not any(keys.iterdir()):
        write_new_key(keys, now=datetime.now(UTC))
    counts.mkdir(mode=0o700, exist_ok=True)
    for file in counts.glob("*.db"):
        file.unlink()


def keep_archive_key(_: Installation, report: Report) -> None:
    """Make the key of archives, so that all processes find the same."""
    from tenants.archive.keys import recipient

    report(str(recipient()))


def build_packs(_: Installation, report: Report) -> None:
    """Compile what new tenants and newly enabled modules replay."""
    from tenants.ddl.packs import pack_for
    from tenants.ddl.segments import segments

    for segment in segments():
        report(segment)
        pack_for(segment)


def fill_pool(_: Installation, report: Report) -> None:
    """Make ready schemas, from which sign-up takes one."""
    from django.conf import settings

    from tenants.services.pool import refill

    refill(
        settings.STOA_WARM_POOL_SIZE,
        progress=lambda made, wanted: report(f"{made} of {wanted}"),
    )


def migrate_shops(_: Installation, report: Report) -> None:
    """Bring shops that an older checkout left behind to this release."""
    from kernel.tenancy.context import public_context
    from tenants.choices import LIVING
    from tenants.ddl.segments import KERNEL, segments, target_digest
    from tenants.fleet.runner import run
    from tenants.models import ModuleInstall, Tenant

    modules = {name: target_digest(name) for name in segments() if name != KERNEL}
    with public_context():
        behind = Tenant.objects.filter(state__in=LIVING).exclude(release=target_digest(KERNEL))
        installs = ModuleInstall.objects.filter(tenant__state__in=LIVING)
        is_behind = behind.exists() or any(
            modules.get(module, release) != release
            for module, release in installs.values_list("module", "release").distinct()
        )
    if is_behind:
        run(say=report)


def collect_static(installation: Installation, report: Report) -> None:
    """Put style sheets, scripts and pictures where the web processes serve them from.

    Done anew when one of them changed: naming each by its content takes seconds.
    """
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    root = static_root(installation)
    stamp = root / "collected.stamp"
    wanted = digest.hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    report("collecting")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(wanted, encoding="ascii")


def plant_demo(installation: Installation, report: Report) -> None:
    """Open the demo's partner and tenants, where they are not open already."""
    from config.dev.seed import plant

    plant(installation, report)


STEPS: Final[list[Step]] = [
    Step("database, logins and privileges", prepare_server),
    Step("tables of the registry", migrate_registry),
    Step("keys for secrets", make_root_key),
    Step("key of archives", keep_archive_key),
    Step("compiled scripts", build_packs),
    Step("warm pool of schemas", fill_pool),
    Step("shops on this release", migrate_shops),
    Step("style sheets and scripts", collect_static),
    Step("demo: operator, partner, two shops", plant_demo),
]
