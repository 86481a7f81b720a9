"""What members and staff do with reviews."""

from __future__ import annotations

from kernel.reviews.services.moderating import hide, publish_review, reply
from kernel.reviews.services.pictures import render_picture
from kernel.reviews.services.silence import praise_silent
from kernel.reviews.services.voting import vote, withdraw_vote
from kernel.reviews.services.withdrawing import withdraw
from kernel.reviews.services.writing import Stars, append, write

__all__ = [
    "Stars",
    "append",
    "hide",
    "praise_silent",
    "publish_review",
    "render_picture",
    "reply",
    "vote",
    "withdraw",
    "withdraw_vote",
    "write",
]
