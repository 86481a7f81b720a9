"""Settings of the process that a kill test kills: the installation with the sample apps."""

from __future__ import annotations

from config.settings.base import *  # noqa: F403  settings modules extend each other this way
from config.settings.base import INSTALLED_APPS, STOA_TENANT_APPS
from tenants.fleet.tests.variants import releases

INSTALLED_APPS = [*INSTALLED_APPS, "sample_base.apps.SampleBaseConfig"]
STOA_TENANT_APPS = [*STOA_TENANT_APPS, "sample_base"]
MIGRATION_MODULES = {label: f"{label}.{name}" for label, name in releases("slow").items()}
