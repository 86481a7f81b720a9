"""Settings of every process. What differs comes from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config import environment as env
from config.settings.observability import *  # noqa: F403
from config.settings.openapi import *  # noqa: F403
from config.settings.openapi import REST_FRAMEWORK_SCHEMA
from config.settings.security import *  # noqa: F403
from config.settings.security import (
    INNERMOST_MIDDLEWARE,
    OUTERMOST_MIDDLEWARE,
    PROBLEM_MIDDLEWARE,
    REST_FRAMEWORK_SECURITY,
)
from kernel.modules.registry import module_app_configs
from kernel.tenancy.backend.address import database_settings

ROOT = Path(__file__).resolve().parents[3]
STATE_DIR = Path(env.text("STOA_STATE_DIR", str(ROOT / ".stoa" / "state")))

# --- the installation ---------------------------------------------------------

STOA_PRODUCT_NAME = env.text("STOA_PRODUCT_NAME", "Stoa")
STOA_PROCESS = env.text("STOA_PROCESS", "cli")
STOA_DB_PREFIX = env.text("STOA_DB_PREFIX", "stoa")
# A newer file of the divisions of China than ours; `stoa regions install` writes it.
STOA_REGIONS_FILE = env.text("STOA_REGIONS_FILE", "")
STOA_BASE_DOMAIN = env.text("STOA_BASE_DOMAIN", "localhost")
STOA_WARM_POOL_SIZE = env.number("STOA_WARM_POOL_SIZE", 5)
DEBUG = False
SECRET_KEY = env.text("STOA_SECRET_KEY")
# Hosts are decided by the tenant registry, which knows each verified name.
ALLOWED_HOSTS = ["*"]
USE_X_FORWARDED_HOST = False
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("STOA_BEHIND_TLS_PROXY") else None
)

# --- applications -------------------------------------------------------------

# Tables in the public schema.
STOA_PUBLIC_APPS = [
    *("tenants", "channel_center", "channel_center_partners", "channel_center_operations"),
    *("branding", "shop_templates", "tenant_moves", "channel_center_bulk"),
    *("channel_center_alarms", "channel_center_flags", "channel_center_figures"),
    *("channel_center_billing", "channel_center_topups"),
    *("reference", "wakeups", "schedules"),
]
# Tables in each tenant's schema; modules add theirs when they are switched on.
STOA_TENANT_APPS = [
    *("settings", "outbox", "i18n", "snapshots", "quotas"),
    *("members", "relations"),
    *("media", "catalogue", "pricing", "inventory"),
    *("cart", "shipping", "orders", "fulfilment", "payments"),
    *("aftersales", "taxes", "documents"),
    *("promotions", "reviews", "levels", "wallet", "rewards", "reward_policy"),
    *("reward_simulation", "reward_composing"),
    *("reward_draws", "reward_monitors", "reward_risk"),
    "sandbox",
    *("search", "analytics", "fields", "forms", "dataio"),
    *("keys", "webhooks", "notifications", "visits", "themes", "theme_figures"),
]
# Tables in both: a person of the platform signs in to public, a tenant's to the tenant.
# The ledger counts members' balances in the one, partners' and shops' in the other.
STOA_DUAL_APPS = [
    *("secrets", "idempotency", "contenttypes", "sessions", "access", "access_sso", "audit"),
    "ledger",
]

INSTALLED_APPS = [
    "tenants",
    "channel_center",
    "channel_center.snapshots",
    "channel_center.brands",
    "channel_center.visits",
    "channel_center.partners",
    "channel_center.operations",
    "channel_center.moves",
    "channel_center.bulk",
    "channel_center.alarms",
    "channel_center.flags",
    "channel_center.figures",
    "channel_center.billing",
    "channel_center.market",
    "channel_center.topups",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tenants",
    "rest_framework",
    "drf_spectacular",
    "kernel.tenancy",
    "kernel.modules",
    "kernel.api",
    "kernel.common.idempotency",
    "kernel.common.secrets",
    "kernel.tenancy.schedules",
    "kernel.common.wakeups",
    "kernel.common.outbox",
    "kernel.audit",
    "kernel.reference",
    "kernel.branding",
    "kernel.access",
    "kernel.settings",
    "kernel.quotas",
    "kernel.snapshots",
    "kernel.i18n",
    "kernel.members",
    "kernel.ledger",
    "kernel.relations",
    "kernel.media",
    "kernel.catalogue",
    "kernel.pricing",
    "kernel.inventory",
    "kernel.cart",
    "kernel.shipping",
    "kernel.checkout",
    "kernel.orders",
    "kernel.fulfilment",
    "kernel.payments",
    "kernel.aftersales",
    "kernel.promotions",
    "kernel.reviews",
    "kernel.levels",
    "kernel.wallet",
    "kernel.rewards",
    "kernel.rewards.policy",
    "kernel.rewards.simulation",
    "kernel.rewards.composing",
    "kernel.rewards.draws",
    "kernel.rewards.monitors",
    "kernel.rewards.risk",
    "kernel.sandbox",
    "kernel.taxes",
    "kernel.documents",
    "kernel.search",
    "kernel.analytics",
    "kernel.fields",
    "kernel.forms",
    "kernel.dataio",
    "kernel.keys",
    "kernel.webhooks",
    "kernel.notifications",
    "kernel.visits",
    "kernel.sso",
    "kernel.backoffice",
    "themes",
    "themes.figures",
    *module_app_configs(),
    "config.apps.CompositionConfig",
]

# --- database -----------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": database_settings(env.text("STOA_PROCESS_DATABASE_URL")),
}
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", "10")
DATABASES["default"]["OPTIONS"] |= {
    "activation": "transaction" if env.flag("STOA_DB_POOLER") else "session",
    "tenants_per_connection": env.number("STOA_TENANTS_PER_CONNECTION", 100),
}
# Asked at the start of every process: an unsafe pooler is refused.
STOA_PGBOUNCER_ADMIN_URL = env.text("STOA_PGBOUNCER_ADMIN_URL", "")
if env.flag("STOA_DB_POOLER"):
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
if env.number("STOA_DB_POOL_SIZE", 0):
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.number("STOA_DB_POOL_SIZE", 0),
        "max_lifetime": 900,
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.number("STOA_DB_CONN_MAX_AGE", 600)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# django-tenants: our backend and runner replace what it would do by itself.
TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
SHARED_APPS = [*STOA_PUBLIC_APPS]
TENANT_APPS = [*STOA_TENANT_APPS]
TENANT_SYNC_ROUTER = "kernel.tenancy.router.ExplicitTargetsRouter"
DATABASE_ROUTERS = [TENANT_SYNC_ROUTER]

# --- Redis --------------------------------------------------------------------

STOA_REDIS_URL = env.text("STOA_REDIS_URL", "redis://127.0.0.1:6379/0")
STOA_REDIS_PREFIX = env.text("STOA_REDIS_PREFIX", "stoa:")
# Transactions of one tenant that publish within so short a time ask for one delivery.
STOA_OUTBOX_TOGETHER_SECONDS = 0.05
CACHES = {
    "default": {
        "BACKEND": "kernel.tenancy.cache.TenantRedisCache",
        "LOCATION": STOA_REDIS_URL,
        "KEY_PREFIX": STOA_REDIS_PREFIX,
        "KEY_FUNCTION": "kernel.tenancy.cache.make_key",
    }
}

# --- web ----------------------------------------------------------------------

_URLCONFS = {
    "store": "config.urls_store",
    "console": "config.urls_console",
    "channel": "config.urls_channel",
}
ROOT_URLCONF = _URLCONFS.get(STOA_PROCESS, "config.urls_internal")
WSGI_APPLICATION = "config.wsgi.application"
# An address is unique whatever its capitals: a constraint on the lowered value.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTH_USER_MODEL = "access.Staff"
AUTHENTICATION_BACKENDS = ["kernel.access.backends.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
SESSION_ENGINE = "kernel.tenancy.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 12
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"

MIDDLEWARE = [
    *OUTERMOST_MIDDLEWARE,
    "kernel.tenancy.middleware.ScopeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kernel.i18n.middleware.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "kernel.members.middleware.MemberMiddleware",
    "kernel.relations.middleware.SharedLinkMiddleware",
    *PROBLEM_MIDDLEWARE,
    "kernel.modules.middleware.ModuleGateMiddleware",
    *INNERMOST_MIDDLEWARE,
]
REST_FRAMEWORK = {
    **REST_FRAMEWORK_SECURITY,
    **REST_FRAMEWORK_SCHEMA,
    "DEFAULT_RENDERER_CLASSES": ["kernel.api.sparse.SparseJsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    # Each view names who may ask; none is open by being forgotten.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "UNAUTHENTICATED_USER": None,
}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kernel.backoffice.shell.frame",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "themes.environment.environment"},
    },
]

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STOA_STATIC_ROOT", str(ROOT / ".stoa" / "static")))

# --- files --------------------------------------------------------------------

MEDIA_ROOT = Path(env.text("STOA_MEDIA_ROOT", str(ROOT / ".stoa" / "media")))
MEDIA_URL = "/media/"
STOA_S3 = {
    "endpoint": env.text("STOA_S3_ENDPOINT", ""),
    "bucket": env.text("STOA_S3_BUCKET", ""),
    "access_key": env.text("STOA_S3_ACCESS_KEY", ""),
    "secret_key": env.text("STOA_S3_SECRET_KEY", ""),
    "region": env.text("STOA_S3_REGION", "us-east-1"),
}
# Room for the files of a shop whose plan says nothing of it.
STOA_MEDIA_BYTES = env.number("STOA_MEDIA_GIGABYTES", 10) * 1024**3
# Where a clamd listens, ``host:port``; empty when files are not looked through for viruses.
STOA_CLAMD = env.text("STOA_CLAMD", "")
_STORAGE = "S3TenantStorage" if STOA_S3["bucket"] else "LocalTenantStorage"
STORAGES = {
    "default": {"BACKEND": f"kernel.tenancy.storage.{_STORAGE}"},
    "archives": {"BACKEND": f"kernel.tenancy.storage.{_STORAGE.replace('Tenant', 'Archive')}"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# Keys of archives, newest first; or the file that keeps them, made at the first need.
STOA_ARCHIVE_IDENTITIES = env.words("STOA_ARCHIVE_IDENTITIES")
STOA_ARCHIVE_KEY_FILE = env.text("STOA_ARCHIVE_KEY_FILE", "")

# --- payments -----------------------------------------------------------------

# Where Stripe is, when it is not Stripe: a double on one's own machine.
STOA_ALIPAY_API = env.text("STOA_ALIPAY_API", "https://openapi.alipay.com/gateway.do")
STOA_STRIPE_API_BASE = env.text("STOA_STRIPE_API_BASE", "")
# Platform accounts that tenants' accounts are connected to.
STOA_PAYMENT_PLATFORMS = {
    f"stripe.{mode.lower()}": {
        "secret_key": env.text(f"STOA_STRIPE_{mode}_SECRET_KEY", ""),
        "publishable_key": env.text(f"STOA_STRIPE_{mode}_PUBLISHABLE_KEY", ""),
        "webhook_secret": env.text(f"STOA_STRIPE_{mode}_WEBHOOK_SECRET", ""),
    }
    for mode in ("TEST", "LIVE")
}

# --- language and time --------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "platform" / "kernel" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# The header by which the network in front tells a visitor's country, as WSGI names it:
# HTTP_CF_IPCOUNTRY. Set it only where that network always writes it.
STOA_COUNTRY_HEADER = env.text("STOA_COUNTRY_HEADER", "")
# Where rates of exchange come from, as package.module:Class; none leaves them to people.
STOA_RATES_PROVIDER = env.text("STOA_RATES_PROVIDER", "")
# What `kernel.i18n.rates_http:HttpRates` asks; ``{base}`` and ``{codes}`` are filled in.
STOA_RATES_URL = env.text("STOA_RATES_URL", "")

# --- messages -----------------------------------------------------------------

EMAIL_BACKEND = env.text("STOA_EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.text("STOA_SMTP_HOST", "localhost")
EMAIL_PORT = env.number("STOA_SMTP_PORT", 25)
EMAIL_HOST_USER = env.text("STOA_SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.text("STOA_SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.flag("STOA_SMTP_STARTTLS")
EMAIL_USE_SSL = env.flag("STOA_SMTP_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("STOA_MAIL_FROM", f"shop@{STOA_BASE_DOMAIN}")
# A gateway for text messages, as package.module:Class; none sends none.
STOA_SMS_PROVIDER = env.text("STOA_SMS_PROVIDER", "")
# Where `kernel.notifications.sms_http:HttpSms` hands them over.
STOA_SMS_URL = env.text("STOA_SMS_URL", "")
# The cloud of Feie's printers, which shops have on their counters.
STOA_FEIE_URL = env.text("STOA_FEIE_URL", "https://api.feieyun.cn/Api/Open/")
STOA_SMS_TOKEN = env.text("STOA_SMS_TOKEN", "")

# --- search -------------------------------------------------------------------

# What keeps and searches the index of products: a `kernel.search.providers.SearchProvider`.
STOA_SEARCH_PROVIDER = env.text("STOA_SEARCH_PROVIDER", "kernel.search.postgres.PostgresProvider")

# --- identity providers -------------------------------------------------------

STOA_WECHAT_API = env.text("STOA_WECHAT_API", "https://api.weixin.qq.com")
STOA_WECHAT_OPEN = env.text("STOA_WECHAT_OPEN", "https://open.weixin.qq.com")
# Hosts of the installation's own network that OpenID providers may be at, as host:port.
STOA_IDENTITY_INNER_HOSTS = env.words("STOA_IDENTITY_INNER_HOSTS")

# --- webhooks -----------------------------------------------------------------

# ``host:port`` of receivers inside that may be told, also without TLS; a demo's, say.
STOA_WEBHOOK_INNER_HOSTS = env.words("STOA_WEBHOOK_INNER_HOSTS")

# --- host names ---------------------------------------------------------------

STOA_DNS_SERVER = env.text("STOA_DNS_SERVER", "")
STOA_CNAME_TARGET = env.text("STOA_CNAME_TARGET", f"shops.{STOA_BASE_DOMAIN}")

# --- how people reach the processes, for links from one to another ------------

STOA_PUBLIC_PORTS = {
    kind: env.text(f"STOA_PUBLIC_PORT_{kind.upper()}", "")
    for kind in ("store", "console", "channel")
}
"""Ports in addresses; empty where a proxy answers at the usual one."""

# --- the operator's own console -----------------------------------------------

STOA_OPERATOR_HOST = env.text("STOA_OPERATOR_HOST", f"operator.{STOA_BASE_DOMAIN}")
STOA_OPERATOR_NAME = env.text("STOA_OPERATOR_NAME", STOA_PRODUCT_NAME)
STOA_OPERATOR_COLOUR = env.text("STOA_OPERATOR_COLOUR", "#27364b")
STOA_CHANNEL_LEVELS = env.number("STOA_CHANNEL_LEVELS", 4)
"""How many levels of partners there may be below the operator."""

# Draws refusals for people, in the brand of whoever the host belongs to.
STOA_PROBLEM_PAGE = {
    "store": "themes.views.problem_page",
    "console": "kernel.backoffice.views.problem_page",
    "channel": "kernel.backoffice.views.problem_page",
}.get(STOA_PROCESS, "")
