"""Pages of the forum."""

from forums.views.lists import board_detail, board_list, board_read, followed, home, search
from forums.views.moderation import post_hide, post_restore, queue, report_handle, topic_lock, topic_unlock
from forums.views.posts import post_best, post_edit, post_history, post_report
from forums.views.topics import shared, topic_create, topic_detail, topic_follow

__all__ = [
    "board_detail",
    "board_list",
    "board_read",
    "followed",
    "home",
    "post_best",
    "post_edit",
    "post_hide",
    "post_history",
    "post_report",
    "post_restore",
    "queue",
    "report_handle",
    "search",
    "shared",
    "topic_create",
    "topic_detail",
    "topic_follow",
    "topic_lock",
    "topic_unlock",
]
