"""Ways to lose the tenant that a reader of the code can see.

Each way has one place where it is done right; everywhere else it is refused
here. An exception is a line below, with its reason.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["platform/kernel", "tenants", "channel_center", "apps", "themes"]

# What is looked for, and the files in which it is right.
WAYS = {
    "a raw driver connection": (
        r"\bconnections?(?:\[[^\]]+\])?\.connection\b",
        {
            "platform/kernel/common/idempotency/middleware.py": "asks whether a statement failed",
            "platform/kernel/tenancy/pooler.py": "asks for the server's version",
        },
    ),
    "signing without the tenant": (
        r"django\.core(?:\.signing|\s+import\s+.*\bsigning\b)",
        {
            "platform/kernel/tenancy/signing.py": "adds the tenant to every salt",
            "platform/kernel/tenancy/files.py": "names the refusal",
            "platform/kernel/tenancy/storage/local.py": "adds the tenant to its salt",
        },
    ),
    "a thread pool that loses the tenant": (
        r"(?<!\()\bThreadPoolExecutor\(",
        {
            "tenants/fleet/ring.py": "each thread works, as owner, on the schema it is handed",
        },
    ),
    "django-tenants' own switching": (
        r"django_tenants\.utils|\bset_schema_to_public\b|connection\.set_tenant\(",
        {},
    ),
    "a task sent inside a transaction": (
        r"(?<!`TenantTask)\.apply_async\b|\.delay\((?:\)|\w+=)",
        {
            "platform/kernel/tenancy/tasks.py": "sends after commit",
            "platform/kernel/tenancy/schedules/tasks.py": "sends what is committed already",
            "platform/kernel/common/outbox/publishing.py": "sends on commit",
            "platform/kernel/common/outbox/tasks.py": "sends from a task, outside a transaction",
            "tenants/tasks.py": "sends from a task, outside a transaction",
        },
    ),
    "a signal handler for business": (
        r"\b(?:post_save|pre_save|post_delete|pre_delete|m2m_changed)\b",
        {"platform/kernel/common/books.py": "forgets what a process keeps of the rows"},
    ),
    "a raw change of role or path": (
        r"(?i)[\"'\s](?:re)?set\s+(?:session\s+|local\s+)?(?:role|search_path)\b",
        {
            "tenants/ddl/replay.py": "names the schema of a script that the owner sends",
            "tenants/fleet/apply.py": "does the same for a migration",
            "tenants/fleet/django_way.py": "does the same where Django itself migrates",
        },
    ),
}


def sources() -> list[Path]:
    return [
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "tests" not in path.parts and "migrations" not in path.parts
    ]


@pytest.mark.parametrize("way", WAYS)
def test_the_tenant_is_not_lost_by(way: str) -> None:
    pattern, right = WAYS[way]
    found = []
    for path in sources():
        name = str(path.relative_to(ROOT))
        if name in right:
            continue
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if re.search(pattern, line) and not line.lstrip().startswith("#"):
                found.append(f"{name}:{number}: {line.strip()}")

    assert found == []


def test_every_exception_is_still_needed() -> None:
    idle = [
        f"{way}: {name}"
        for way, (pattern, right) in WAYS.items()
        for name in right
        if not (ROOT / name).exists() or not re.search(pattern, (ROOT / name).read_text())
    ]

    assert idle == []
