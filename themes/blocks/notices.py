"""Blocks about messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Binding, Block, PageContext
from themes.fields import Settings
from themes.resolving import path_of


def _bar(_settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    return {"unread": Binding.to("notices.unread")}


def _prepare(
    _settings: Settings, _data: Mapping[str, Any], _page: PageContext
) -> Mapping[str, Any]:
    return {"href": path_of("account:messages")}


BAR: Final = Block(
    type="notice.bar",
    label=Text("未读消息", "New messages"),
    template="themes/blocks/notices_bar.html",
    group="member",
    icon="bell",
    settings={"text": parts.label("文字", "Text", longest=60)},
    vary="member",
    needs=_bar,
    prepare=_prepare,
)
INBOX: Final = Block(
    type="notice.inbox",
    label=Text("消息列表", "Messages"),
    template="themes/blocks/notices.html",
    group="member",
    icon="bell",
    vary="member",
    limit=1,
)
CHOICES: Final = Block(
    type="notice.choices",
    label=Text("消息设置", "Choices about messages"),
    template="themes/blocks/notices_choices.html",
    group="member",
    icon="bell",
    vary="member",
    limit=1,
)
BLOCKS: Final = (BAR, INBOX, CHOICES)
