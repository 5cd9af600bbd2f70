"""The kinds of messages of the forum."""

from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import Category, Kind, register

REPLY = register(
    Kind(
        name="forum_reply",
        category=Category.FORUM,
        template="forum_reply",
        title=_("New reply: %(topic)s"),
        body=_("%(author)s replied in the topic “%(topic)s” that you follow."),
    )
)
BEST_ANSWER = register(
    Kind(
        name="forum_best_answer",
        category=Category.FORUM,
        template="forum_best_answer",
        title=_("Your answer is the best answer"),
        body=_(
            "Thank you, %(name)s. Your answer in “%(topic)s” was chosen as the best answer "
            "and helps everybody who reads it."
        ),
    )
)
REPORT_HANDLED = register(
    Kind(
        name="forum_report_handled",
        category=Category.FORUM,
        template="forum_report_handled",
        title=_("Your report has been handled"),
        body=_(
            "%(name)s, a moderator looked at the post that you reported in “%(topic)s”. Result: %(result)s. %(answer)s"
        ),
    )
)
HIDDEN = register(
    Kind(
        name="forum_hidden",
        category=Category.FORUM,
        template="forum_hidden",
        title=_("Your post was hidden"),
        body=_("%(name)s, a moderator hid your post in “%(topic)s”. Reason: %(reason)s"),
    )
)
RESTORED = register(
    Kind(
        name="forum_restored",
        category=Category.FORUM,
        template="forum_restored",
        title=_("Your post is visible again"),
        body=_("%(name)s, your post in “%(topic)s” can be read by everybody again. Reason: %(reason)s"),
    )
)
LOCKED = register(
    Kind(
        name="forum_locked",
        category=Category.FORUM,
        template="forum_locked",
        title=_("Your topic was closed for replies"),
        body=_("%(name)s, a moderator closed your topic “%(topic)s”. It can still be read. Reason: %(reason)s"),
    )
)
UNLOCKED = register(
    Kind(
        name="forum_unlocked",
        category=Category.FORUM,
        template="forum_unlocked",
        title=_("Your topic is open again"),
        body=_("%(name)s, your topic “%(topic)s” is open for replies again."),
    )
)
