"""Boards, topics and posts; who follows and who has read what; reports to the moderators."""

from forums.models.marks import BoardMark, Follow, ReadMark
from forums.models.reports import Report
from forums.models.talk import Board, Post, PostVersion, Topic, TopicQuerySet

__all__ = [
    "Board",
    "BoardMark",
    "Follow",
    "Post",
    "PostVersion",
    "ReadMark",
    "Report",
    "Topic",
    "TopicQuerySet",
]
