"""WSGI entry point of the store, console, channel and internal processes."""

from __future__ import annotations

import gc
import os
from importlib import import_module
from wsgiref.types import WSGIApplication

from django.core.wsgi import get_wsgi_application

# Nothing that is loaded becomes garbage; looking for it takes a fifth of the start.
gc.disable()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
application: WSGIApplication = get_wsgi_application()

from django.conf import settings  # noqa: E402  needs Django to be set up

from kernel.common.memory import settle  # noqa: E402  as above
from kernel.tenancy.pooler import refuse_unsafe_pooler  # noqa: E402  as above

refuse_unsafe_pooler()
if settings.STOA_PROCESS == "store":
    from themes.cache.front import Front

    application = Front(application)
# Views would otherwise be loaded by the first request, after everything was settled.
import_module(settings.ROOT_URLCONF)
settle()
