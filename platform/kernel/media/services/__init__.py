"""Everything that changes the library."""

from kernel.media.services.adding import Added, add_file, keep_picture, prepare_later
from kernel.media.services.changing import AssetFields, change_asset, move_assets
from kernel.media.services.cutting import cut_of
from kernel.media.services.folders import (
    delete_folder,
    make_folder,
    move_folder,
    rename_folder,
)
from kernel.media.services.marking import mark_assets, set_watermark
from kernel.media.services.quota import room_limit, room_taken
from kernel.media.services.rendering import draw, finish_drawing, render_asset
from kernel.media.services.replacing import replace_asset
from kernel.media.services.stamping import sample, watermark
from kernel.media.services.trash import (
    empty_trash,
    purge_assets,
    restore_assets,
    sweep,
    trash_assets,
)
from kernel.media.services.uploads import Ticket, begin_upload, cancel_upload, finish_upload
from kernel.media.services.using import drop_uses, note_use, set_assets, set_uses

__all__ = [
    "Added",
    "AssetFields",
    "Ticket",
    "add_file",
    "begin_upload",
    "cancel_upload",
    "change_asset",
    "cut_of",
    "delete_folder",
    "draw",
    "drop_uses",
    "empty_trash",
    "finish_drawing",
    "finish_upload",
    "keep_picture",
    "make_folder",
    "mark_assets",
    "move_assets",
    "move_folder",
    "note_use",
    "prepare_later",
    "purge_assets",
    "rename_folder",
    "render_asset",
    "replace_asset",
    "restore_assets",
    "room_limit",
    "room_taken",
    "sample",
    "set_assets",
    "set_uses",
    "set_watermark",
    "sweep",
    "trash_assets",
    "watermark",
]
