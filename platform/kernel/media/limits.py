"""How large files may be, and how many there may be of what belongs to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

LARGEST_PICTURE: Final = 20 * 1024 * 1024
LARGEST_DRAWING: Final = 1024 * 1024
LARGEST_VIDEO: Final = 200 * 1024 * 1024
LARGEST_AUDIO: Final = 50 * 1024 * 1024
LARGEST_FILE: Final = 50 * 1024 * 1024
LARGEST: Final = LARGEST_VIDEO

MOST_PIXELS: Final = 50_000_000
KEPT_PIXELS: Final = 10_000_000
LONGEST_SIDE: Final = 16_000
"""What a picture that is kept has at most; larger ones are made smaller. Goods are described
with pictures that are narrow and very long, and WebP ends at 16,383."""

MOST_FOLDERS: Final = 1_000
DEEPEST_FOLDER: Final = 6
MOST_AT_ONCE: Final = 200
LONGEST_NAME: Final = 200
LONGEST_FOLDER: Final = 80
LONGEST_ALT: Final = 500

UPLOAD_TIME: Final = timedelta(hours=1)
"""How long somebody may take to send a file by himself."""
TRASH_TIME: Final = timedelta(days=30)
LEFT_TIME: Final = timedelta(hours=3)
"""How long files that were replaced stay: pages that are kept still lead to them."""
