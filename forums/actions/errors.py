"""The refusals of the forum, each with the sentence for the person."""

from django.utils.translation import gettext_lazy as _

from foundation.common.errors import ActionError


class NotYourBoard(ActionError):
    message = _("This board belongs to another office. Please choose a board of your own region.")


class TopicClosed(ActionError):
    message = _("This topic is closed for replies. Please start a new topic if you still have a question.")


class TooFast(ActionError):
    message = _("You have written a lot in a short time. Please wait ten minutes, your text is kept below.")


class TooManyTopics(ActionError):
    message = _("You have opened many topics today. Please continue tomorrow, or answer in one that stands already.")


class NotAReply(ActionError):
    message = _("Only a visible reply can be the best answer.")


class OwnPost(ActionError):
    message = _("This is your own post. You can edit it instead.")


class AlreadyReported(ActionError):
    message = _("You have already reported this post. The moderator will look at it.")


class NothingToReport(ActionError):
    message = _("This post is already hidden.")


class ReasonMissing(ActionError):
    message = _("Please write the reason; the author will read it.")
    field = "reason"


class NotYours(ActionError):
    message = _("Only the author can edit this post, and only while the topic is open.")


class NotYourRegion(ActionError):
    message = _("You moderate in another region.")


class NotTheAsker(ActionError):
    message = _("Only the person who asked, or a moderator, chooses the best answer.")


class AlreadyHandled(ActionError):
    message = _("Somebody else has handled this report in the meantime.")
