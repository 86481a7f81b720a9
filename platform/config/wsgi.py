"""WSGI entry point of the store, console, channel and internal processes."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
application = get_wsgi_application()

from kernel.tenancy.pooler import refuse_unsafe_pooler  # noqa: E402  needs Django to be set up

refuse_unsafe_pooler()
