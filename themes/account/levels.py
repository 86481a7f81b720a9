"""A member's level, what the levels bring, and how his own came about."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kernel.common.time import utc_now
from kernel.levels.models import LevelChange
from kernel.levels.selectors import history_of, progress_of
from kernel.levels.services.reviewing import levels_in_use
from kernel.members.middleware import member_of
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.levels.shown import level_data, progress_data
from themes.pages import serve
from themes.shop.moments import moment_text

_CHANGES: Final = 10


@never_cache
@require_safe
def level(request: HttpRequest) -> HttpResponse:
    """Show where a member stands, and what the levels bring."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    language = get_language() or ""
    found = progress_of(member.pk, now=utc_now())
    shown: dict[str, Json] = {"mine": progress_data(found, language)}
    if found.is_used:
        rows = reversed(levels_in_use())
        shown["levels"] = [level_data(row, found.level, language) for row in rows]
        shown["history"] = [_change(row, language) for row in history_of(member.pk)[:_CHANGES]]
    return serve(request, "level", inputs={"levels": shown})


def _change(row: LevelChange, language: str) -> dict[str, Json]:
    names = [each.label if each else "—" for each in (row.before, row.after)]
    return {
        "text": " → ".join(names),
        "kind": row.get_kind_display(),
        "at": moment_text(row.at, language),
    }
