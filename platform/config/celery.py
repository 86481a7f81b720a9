"""The Celery application: ``celery -A config.celery worker`` and ``… beat``."""

from __future__ import annotations

import os
from typing import Final

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init
from django.conf import settings
from kombu import Queue

from kernel.common.memory import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

QUEUES: Final = ("events", "default", "settlement", "media", "provisioning", "moving")

# Redis gives a message to another worker when it was not acknowledged in this
# many seconds. It must exceed the longest time limit of any task, or a long
# task runs twice.
_REDELIVER_AFTER_SECONDS: Final = 2 * 3600
_CONNECT_SECONDS: Final = 3

app = Celery("config")


def configuration() -> dict[str, object]:
    """Return Celery's settings; read once, when they are first needed."""
    return {
        "broker_url": settings.STOA_REDIS_URL,
        "broker_transport_options": {
            # Installations and test workers share one Redis.
            "global_keyprefix": f"{settings.STOA_REDIS_PREFIX}celery:",
            "visibility_timeout": _REDELIVER_AFTER_SECONDS,
            "socket_connect_timeout": _CONNECT_SECONDS,
            "socket_keepalive": True,
        },
        "broker_connection_retry_on_startup": True,
        # A request must not hang on a broker that is down: events wait in the
        # outbox anyway.
        "task_publish_retry_policy": {
            "max_retries": 2,
            "interval_start": 0,
            "interval_step": 0.2,
            "interval_max": 0.5,
        },
        "result_backend": None,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "result_accept_content": ["json"],
        "task_queues": [Queue(name) for name in QUEUES],
        "task_default_queue": "default",
        "task_create_missing_queues": False,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_send_task_events": False,
        "timezone": "UTC",
        "enable_utc": True,
        # Kept in memory: ticks carry no state of their own, the claims in the
        # database do, so no file has to survive a restart.
        "beat_scheduler": "celery.beat:Scheduler",
        "beat_schedule": {
            # A minute is claimed once, however often it is looked at.
            "schedules.tick": {
                "task": "schedules.tick",
                "schedule": 20.0,
                "options": {"expires": 19},
            },
            "installation.purge": {
                "task": "installation.purge",
                "schedule": crontab(minute=23),
                "options": {"expires": 3000},
            },
            "tenants.sweep_jobs": {
                "task": "tenants.sweep_jobs",
                "schedule": 30.0,
                "options": {"expires": 29},
            },
            "templates.bring_wanted": {
                "task": "templates.bring_wanted",
                "schedule": 30.0,
                "options": {"expires": 29},
            },
            "bulk.sweep": {
                "task": "bulk.sweep",
                "schedule": 30.0,
                "options": {"expires": 29},
            },
            "tenants.refill_pool": {
                "task": "tenants.refill_pool",
                "schedule": 60.0,
                "options": {"expires": 59},
            },
            "tenants.follow_holds": {
                "task": "tenants.follow_holds",
                "schedule": 300.0,
                "options": {"expires": 299},
            },
            "tenants.recheck_domains": {
                "task": "tenants.recheck_domains",
                "schedule": crontab(minute=17),
                "options": {"expires": 3000},
            },
            "partners.send": {
                "task": "partners.send",
                "schedule": 30.0,
                "options": {"expires": 29},
            },
            "partners.tell_expiring": {
                "task": "partners.tell_expiring",
                "schedule": crontab(minute=11),
                "options": {"expires": 3000},
            },
            "billing.look": {
                "task": "billing.look",
                "schedule": 60.0,
                "options": {"expires": 59},
            },
            "billing.expire_gifts": {
                "task": "billing.expire_gifts",
                "schedule": crontab(minute=23),
                "options": {"expires": 3000},
            },
            "figures.note_fleet": {
                "task": "figures.note_fleet",
                "schedule": crontab(minute="*/5"),
                "options": {"expires": 290},
            },
            "billing.check": {
                "task": "billing.check",
                "schedule": crontab(hour=4, minute=7),
                "options": {"expires": 20000},
            },
            "topups.sweep": {
                "task": "topups.sweep",
                "schedule": 60.0,
                "options": {"expires": 59},
            },
            # Through the night, in turns of some seconds; who was looked at is passed over.
            "tenants.check_drift": {
                "task": "tenants.check_drift",
                "schedule": crontab(hour="1-5"),
                "options": {"expires": 59},
            },
            "tenants.delete_old_exports": {
                "task": "tenants.delete_old_exports",
                "schedule": crontab(hour=3, minute=41),
                "options": {"expires": 20000},
            },
            "moves.tidy": {
                "task": "moves.tidy",
                "schedule": crontab(minute=37),
                "options": {"expires": 3000},
            },
            "tenants.end_sandboxes": {
                "task": "tenants.end_sandboxes",
                "schedule": crontab(hour=2, minute=29),
                "options": {"expires": 20000},
            },
            "outbox.sweep": {
                "task": "outbox.sweep",
                "schedule": 15.0,
                "options": {"expires": 14},
            },
        },
    }


app.add_defaults(configuration)
app.autodiscover_tasks()


@worker_init.connect
def _settle(**_about: object) -> None:
    """Keep what is loaded out of collections, before the workers are forked."""
    settle()
