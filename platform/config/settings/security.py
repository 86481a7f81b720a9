"""Cookies, headers, content policy, limits, secrets: what every process shares.

Pages are the storefront's and the consoles': scripts and styles come from files
of our own, nothing stands inline, so nothing needs a nonce and pages can be cached.
"""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF

from config import environment as env

STOA_HTTPS = env.flag("STOA_HTTPS", default=True)
"""Whether browsers reach this installation over TLS. Off only on one's own machine."""

_PROCESS = env.text("STOA_PROCESS", "cli")
_WITH_PAGES = {"store", "console", "channel"}

# --- middleware: the lead-in, before the scope is chosen, and the tail, after sign-in -----

OUTERMOST_MIDDLEWARE = (
    "kernel.common.middleware.ObservabilityMiddleware",
    "kernel.common.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "kernel.common.middleware.ContentPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)
"""Before the choice of the tenant: every answer, also a refusal, gets id, log line and headers."""

PROBLEM_MIDDLEWARE = ("kernel.api.problems.ProblemMiddleware",)
"""Inside the choice of the tenant and of the language."""

INNERMOST_MIDDLEWARE = ("kernel.common.idempotency.middleware.IdempotencyMiddleware",)
"""The last: after session, CSRF, authentication and the module gate."""

# --- cookies ------------------------------------------------------------------

_HOST_ONLY = "__Host-" if STOA_HTTPS else ""
# Two consoles may share a host name on one's own machine, told apart by the port alone.
_COOKIE = {"store": "s", "console": "c", "channel": "p"}.get(_PROCESS, "x")
SESSION_COOKIE_NAME = f"{_HOST_ONLY}{_COOKIE}sid"
SESSION_COOKIE_SECURE = STOA_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_PATH = "/"
CSRF_COOKIE_NAME = f"{_HOST_ONLY}{_COOKIE}csrf"
CSRF_COOKIE_SECURE = STOA_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_PATH = "/"
CSRF_FAILURE_VIEW = "kernel.api.problems.csrf_failure"
STOA_DEVICE_COOKIE_NAME = f"{_HOST_ONLY}{_COOKIE}dev"
"""By which a browser is known again at the next sign-in."""
LANGUAGE_COOKIE_NAME = f"{_HOST_ONLY}lang"
LANGUAGE_COOKIE_SECURE = STOA_HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- transport and headers ----------------------------------------------------

SECURE_SSL_REDIRECT = env.flag("STOA_HTTPS_REDIRECT")
# A tenant's other subdomains are not ours to bind, so no includeSubDomains and no preload.
SECURE_HSTS_SECONDS = env.number("STOA_HSTS_SECONDS", 31_536_000) if STOA_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_HSTS_PRELOAD = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
STOA_SECURITY_HEADERS = {
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(self), microphone=(), payment=(self), usb=()"
    ),
    "Cross-Origin-Resource-Policy": "same-site",
    "X-Permitted-Cross-Domain-Policies": "none",
    # The web server names itself otherwise.
    "Server": "web",
}

# --- content security policy --------------------------------------------------

_INTERNAL: dict[str, Any] = {"default-src": [NONE], "frame-ancestors": [NONE]}
_COMMON: dict[str, Any] = {
    "default-src": [SELF],
    "base-uri": [NONE],
    "object-src": [NONE],
    "frame-ancestors": [NONE],
    "font-src": [SELF],
    "connect-src": [SELF],
}
_PAGES: dict[str, Any] = {"script-src": [SELF], "style-src": [SELF]}


def content_policy(process: str) -> dict[str, Any]:
    """Return the directives of a kind of process; those without pages allow nothing."""
    if process not in _WITH_PAGES:
        return _INTERNAL
    media = env.words("STOA_MEDIA_ORIGINS")
    return {
        **_COMMON,
        **_PAGES,
        # A shop's own HTML stands in a frame of the shop's, without its origin.
        "frame-src": [SELF if process == "store" else NONE],
        # Large files go straight to where they are kept.
        "connect-src": [SELF, *(media if process == "console" else ())],
        "img-src": [SELF, "data:", *media],
        "media-src": [SELF, *media],
        # Payment pages are reached by a form that is answered with a redirect.
        "form-action": [SELF, *env.words("STOA_CSP_FORM_ACTIONS")],
        "upgrade-insecure-requests": STOA_HTTPS,
    }


CONTENT_SECURITY_POLICY = {"DIRECTIVES": content_policy(_PROCESS)}

# --- the API's answers --------------------------------------------------------

REST_FRAMEWORK_SECURITY = {
    "EXCEPTION_HANDLER": "kernel.api.exceptions.problem_exception_handler",
}
"""Merge into ``REST_FRAMEWORK``."""

# --- limits -------------------------------------------------------------------

STOA_TRUSTED_PROXIES = env.number("STOA_TRUSTED_PROXIES", 0)
STOA_RATE_LIMIT_TIMEOUT = 0.25
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

STOA_IDEMPOTENCY_ACTOR = "kernel.common.idempotency.actors.actor_of"
STOA_IDEMPOTENCY_HOURS = env.number("STOA_IDEMPOTENCY_HOURS", 24)
STOA_IDEMPOTENCY_WAIT_MS = env.number("STOA_IDEMPOTENCY_WAIT_MS", 10_000)
STOA_IDEMPOTENCY_BODY_BYTES = env.number("STOA_IDEMPOTENCY_BODY_BYTES", 1_048_576)
STOA_IDEMPOTENCY_REPLY_BYTES = env.number("STOA_IDEMPOTENCY_REPLY_BYTES", 262_144)

# --- secrets ------------------------------------------------------------------

# With a key service set, it seals; keys of the directory go on opening what they sealed.
STOA_KMS_KEY = env.text("STOA_KMS_KEY", "")
STOA_KMS_REGION = env.text("STOA_KMS_REGION", "us-east-1")
STOA_KMS_ENDPOINT_URL = env.text("STOA_KMS_ENDPOINT_URL", "")
STOA_SECRETS_KEYS_DIR = env.text("STOA_SECRETS_KEYS_DIR", "")
