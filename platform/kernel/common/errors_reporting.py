"""Error reports to Sentry or anything that speaks its protocol.

Reports carry tenant, module, process and request id as tags. Request bodies,
cookies, query strings, local variables and users are never sent, and what is
left passes the masker that the logs use.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final, cast

import sentry_sdk
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.types import Event, Hint

from kernel.common.flow import current_flow
from kernel.common.masking import mask, mask_text

_KEPT_HEADERS: Final = frozenset({"accept-language", "content-type", "user-agent", "x-request-id"})
_MASKED: Final = ("breadcrumbs", "contexts", "exception", "extra", "logentry", "spans", "threads")


def init(*, dsn: str, release: str = "", environment: str = "", traces: float = 0.0) -> bool:
    """Start reporting; an empty DSN leaves reporting off.

    Args:
        dsn: where reports go.
        release: version of this installation.
        environment: for example ``production``.
        traces: share of requests and tasks to time, from 0 to 1.

    Returns:
        Whether reporting is on.
    """
    if not dsn:
        return False
    sentry_sdk.init(
        dsn=dsn,
        release=release or None,
        environment=environment or None,
        traces_sample_rate=traces or None,
        # Personal data is off by default; the option that says so is deprecated.
        include_local_variables=False,
        max_request_body_size="never",
        trace_propagation_targets=[],
        before_send=_scrubbed,
        before_send_transaction=_scrubbed,
        before_breadcrumb=_masked_breadcrumb,
        integrations=[
            DjangoIntegration(middleware_spans=False, cache_spans=False),
            CeleryIntegration(propagate_traces=False),
            LoggingIntegration(event_level=None),
        ],
    )
    return True


def tag_scope() -> None:
    """Put what is known now on the reports of the rest of this request or task.

    Reports that are written after the tenant's context has closed need it.
    """
    if sentry_sdk.get_client().is_active():
        sentry_sdk.get_isolation_scope().set_tags(_known())


def _known() -> dict[str, str]:
    return {key: value for key, value in asdict(current_flow()).items() if value}


def _scrubbed(event: Event, _hint: Hint) -> Event | None:
    raw = cast("dict[str, Any]", event)
    raw["tags"] = {**dict(raw.get("tags") or {}), **_known()}
    raw.pop("user", None)
    raw.pop("server_name", None)
    _strip_request(raw)
    for part in _MASKED:
        if part in raw:
            raw[part] = _plain(raw[part])
    for part in ("message", "transaction"):
        if isinstance(raw.get(part), str):
            raw[part] = mask_text(raw[part])
    return event


def _strip_request(raw: dict[str, Any]) -> None:
    request = raw.get("request")
    if not isinstance(request, dict):
        return
    headers = request.get("headers") or {}
    raw["request"] = {
        "method": request.get("method"),
        "url": mask_text(str(request.get("url", "")).partition("?")[0]),
        "headers": {
            key: mask_text(str(value))
            for key, value in dict(headers).items()
            if str(key).lower() in _KEPT_HEADERS
        },
    }


def _masked_breadcrumb(crumb: dict[str, Any], _hint: Hint) -> dict[str, Any] | None:
    return cast("dict[str, Any]", _plain(crumb))


def _plain(value: object) -> object:
    """Mask without touching what the protocol needs: timestamps and span ids."""
    if isinstance(value, dict):
        return {
            key: item if key in {"timestamp", "start_timestamp"} else _masked_item(str(key), item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return mask(value)


def _masked_item(key: str, item: object) -> object:
    if isinstance(item, (dict, list)):
        return _plain(item)
    masked = mask({key: item})
    return masked[key] if isinstance(masked, dict) else masked
