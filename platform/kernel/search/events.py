"""What search tells others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class SearchWordsChanged(Event):
    """Synonyms or hot words were changed."""

    name: ClassVar[str] = "search.words_changed"

    kind: str
