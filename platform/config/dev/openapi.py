"""The OpenAPI documents of the store API, the admin API and the channel API.

    python -m config.dev.openapi            make them anew
    python -m config.dev.openapi --check    say whether they are as the code is

They describe the kernel, the themes and the modules of this repository; a module
from elsewhere describes itself.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parents[2] / "kernel" / "api" / "openapi"
DOCUMENTS: Final = {
    "store": ("config.urls_store", "Store API", "/api/v1/store/"),
    "admin": ("config.urls_console", "Admin API", "/api/v1/admin/"),
    "channel": ("config.urls_channel", "Channel API", "/api/v1/channel/"),
}
_OWN: Final = ("kernel.", "themes.", "apps.", "channel_center.")


def document(name: str) -> dict[str, Any]:
    """Return a document as the code is now."""
    from django.utils import translation
    from drf_spectacular.generators import SchemaGenerator

    urlconf, title, prefix = DOCUMENTS[name]

    class Generator(SchemaGenerator):
        def _get_paths_and_endpoints(self) -> list[Any]:
            found = super()._get_paths_and_endpoints()  # type: ignore[no-untyped-call]
            return [each for each in found if each[0].startswith(prefix) and _is_own(each[3])]

    with translation.override("en"):
        made = Generator(urlconf=urlconf).get_schema(public=True)  # type: ignore[no-untyped-call]
    # Plain values alone: texts that are translated late are texts by now.
    plain: dict[str, Any] = json.loads(json.dumps(made, default=str))
    plain["info"]["title"] = title
    return plain


def _is_own(view: object) -> bool:
    return type(view).__module__.startswith(_OWN)


def written(name: str) -> str:
    """Return the text of a document's file as the code is now."""
    return json.dumps(document(name), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def path_of(name: str) -> Path:
    """Return where a document is kept."""
    return FOLDER / f"{name}.json"


def main() -> int:
    """Write or check; return the exit status."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    stale = 0
    for name in DOCUMENTS:
        text, path = written(name), path_of(name)
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path.name} is not what the code says: python -m config.dev.openapi")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
