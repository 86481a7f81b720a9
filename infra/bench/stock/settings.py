"""Settings of the stock project: the same shop in each tenant, stock everything else."""

from __future__ import annotations

from config.settings.base import *  # noqa: F403  the kernel's apps read these
from config.settings.base import (
    DATABASES,
)
from infra.bench.settings import RELEASES, SHOP, _config

# Each tenant with people and rights of its own, as the documentation has it, in place of
# the kernel's own tables.
_PEOPLE = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.admin",
]
# What the sample's settings import; its tables stay out of the tenants.
_ABOVE = ["django.contrib.messages"]

SHARED_APPS = ["django_tenants", "infra.bench.stock", *_PEOPLE, *_ABOVE]
TENANT_APPS = [*_PEOPLE, *(_config(label) for label in SHOP)]
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
AUTH_USER_MODEL = "auth.User"
ROOT_URLCONF = "config.urls_internal"
