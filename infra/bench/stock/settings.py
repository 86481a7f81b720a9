"""Settings of the stock project: the same tables in each tenant, stock everything else."""

from __future__ import annotations

from config.settings.base import *  # noqa: F403  the kernel's apps read these
from config.settings.base import (
    DATABASES,
    INSTALLED_APPS,
    STOA_DUAL_APPS,
    STOA_TENANT_APPS,
)
from infra.bench.settings import RELEASES, SHOP, _config

_KERNEL = [
    name
    for name in INSTALLED_APPS
    if name.rpartition(".")[2] in {*STOA_TENANT_APPS, *STOA_DUAL_APPS}
]

SHARED_APPS = [
    "django_tenants",
    "infra.bench.stock",
    # What the kernel's apps import; their tables stay out of the tenants, as on our side.
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.messages",
    *_KERNEL,
]
TENANT_APPS = [*_KERNEL, *(_config(label) for label in SHOP)]
INSTALLED_APPS = list(dict.fromkeys([*SHARED_APPS, *TENANT_APPS]))
TENANT_MODEL = "stock.Client"
TENANT_DOMAIN_MODEL = "stock.Domain"
TENANT_SYNC_ROUTER = "django_tenants.routers.TenantSyncRouter"
DATABASE_ROUTERS = [TENANT_SYNC_ROUTER]
DATABASES["default"] = {
    **DATABASES["default"],
    "ENGINE": "django_tenants.postgresql_backend",
    "OPTIONS": {},
}
MIGRATION_MODULES = {label: f"{label}.{release}" for label, release in RELEASES.items()}
MIDDLEWARE = []
ROOT_URLCONF = "config.urls_internal"
