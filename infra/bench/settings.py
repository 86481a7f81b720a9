"""Settings of our side: the installation as it is, with the sample shop for the kernel's.

The kernel's own centres of commerce keep their tables out of these tenants, so
that both sides carry shops of one size, whatever the kernel grows to.
"""

from __future__ import annotations

import json
import os

from config.settings.base import *  # noqa: F403  settings modules extend each other this way
from config.settings.base import INSTALLED_APPS, ROOT_URLCONF, STOA_PROCESS
from infra.bench.sample import MODULE


def _config(label: str) -> str:
    return f"{label}.apps.{''.join(part.capitalize() for part in label.split('_'))}Config"


RELEASES: dict[str, str] = json.loads(os.environ["STOA_BENCH_RELEASES"])
SHOP = [label for label in RELEASES if label != MODULE]

INSTALLED_APPS = [*INSTALLED_APPS, *(_config(label) for label in SHOP)]
STOA_TENANT_APPS = ["secrets", "settings", "outbox", "members", *SHOP]
MIGRATION_MODULES = {label: f"{label}.{release}" for label, release in RELEASES.items()}
if STOA_PROCESS == "store":
    ROOT_URLCONF = "infra.bench.urls"
