"""The block with a form that the shop made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Binding, Block, PageContext
from themes.fields import FormCode, Settings


def _form(settings: Settings, page: PageContext) -> Mapping[str, Binding]:
    code = str(settings.get("form") or page.params.get("form", ""))
    return {
        "form": Binding.to("forms.one", code=code),
        "viewer": Binding.to("forms.viewer", code=code),
    }


FORM: Final = Block(
    type="form.entry",
    label=Text("表单", "Form"),
    template="themes/blocks/form_entry.html",
    group="content",
    icon="list",
    settings={
        "title": parts.title(),
        "form": FormCode(
            label=Text("表单", "Form"),
            help=Text("在“营销 › 表单”里制作。", "Made under Marketing, Forms."),
        ),
    },
    uses=frozenset({"form"}),
    vary="member",
    needs=_form,
)
BLOCKS: Final = (FORM,)
