"""What trainings tells people, and on which channels."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import Category, Kind, register

ANNOUNCED = register(
    Kind(
        name="training_announced",
        category=Category.TRAINING,
        template="training_announced",
        title=_("New training: %(title)s"),
        body=_(
            "%(name)s, a free training is coming: %(title)s, %(when)s, %(place)s. Places are limited: %(places)s. "
            "Register with one tap."
        ),
    )
)
ENROLLED = register(
    Kind(
        name="training_enrolled",
        category=Category.TRAINING,
        template="training_enrolled",
        title=_("You have a place: %(title)s"),
        body=_(
            "%(name)s, you have a place in %(title)s, %(when)s, %(place)s. Please show your ticket at the door; "
            "its code is %(code)s."
        ),
    )
)
WAITING = register(
    Kind(
        name="training_waiting",
        category=Category.TRAINING,
        template="training_waiting",
        title=_("You are on the waiting list: %(title)s"),
        body=_(
            "%(name)s, there is no place for you in %(title)s yet. You are number %(position)s on the waiting list. "
            "We tell you at once when a place becomes free."
        ),
    )
)
OFFERED = register(
    Kind(
        name="training_offered",
        category=Category.TRAINING,
        template="training_offered",
        title=_("A place is offered to you: %(title)s"),
        body=_(
            "%(name)s, a place became free in %(title)s, %(when)s, %(place)s. Please say yes or no by %(until)s; "
            "after that it goes to the next person."
        ),
    )
)
OFFER_EXPIRED = register(
    Kind(
        name="training_offer_expired",
        category=Category.TRAINING,
        template="training_offer_expired",
        title=_("The place went to the next person: %(title)s"),
        body=_(
            "%(name)s, we did not hear from you in time, so the place in %(title)s on %(when)s went to the next person. "
            "If you still want to come, register again; you then stand at the end of the waiting list."
        ),
    )
)
PLACE_LOST = register(
    Kind(
        name="training_place_lost",
        category=Category.TRAINING,
        template="training_place_lost",
        title=_("Back on the waiting list: %(title)s"),
        body=_(
            "%(name)s, we are sorry: %(title)s on %(when)s has fewer places now, and yours is among those that are "
            "gone. You stand at the head of the waiting list. Reason: %(reason)s"
        ),
    )
)
PROMOTED = register(
    Kind(
        name="training_promoted",
        category=Category.TRAINING,
        template="training_promoted",
        title=_("A place became free: %(title)s"),
        body=_(
            "%(name)s, a place became free and it is yours: %(title)s, %(when)s, %(place)s. Your ticket code is "
            "%(code)s. If you cannot come, please cancel so that the next person can."
        ),
    )
)
MOVED = register(
    Kind(
        name="training_moved",
        category=Category.TRAINING,
        template="training_moved",
        title=_("New place: %(title)s"),
        body=_("%(name)s, the training %(title)s on %(when)s has another place: %(place)s. Your registration stays."),
    )
)
CALLED_OFF = register(
    Kind(
        name="training_cancelled",
        category=Category.TRAINING,
        template="training_cancelled",
        title=_("Called off: %(title)s"),
        body=_("%(name)s, the training %(title)s on %(when)s is called off. Reason: %(reason)s"),
    )
)
RESCHEDULED = register(
    Kind(
        name="training_rescheduled",
        category=Category.TRAINING,
        template="training_rescheduled",
        title=_("New date: %(title)s"),
        body=_(
            "%(name)s, the training %(title)s has a new date: %(when)s, %(place)s. It was to be on %(before)s. Your "
            "registration stays; if you cannot come then, please cancel."
        ),
    )
)
REMINDER_WEEK = register(
    Kind(
        name="training_reminder_week",
        category=Category.TRAINING,
        template="training_reminder_week",
        title=_("In a week: %(title)s"),
        body=_("%(name)s, in a week %(title)s begins: %(when)s, %(place)s. If you cannot come, please cancel soon."),
    )
)
REMINDER_SOON = register(
    Kind(
        name="training_reminder_soon",
        category=Category.TRAINING,
        template="training_reminder_soon",
        title=_("Today: %(title)s"),
        body=_("%(name)s, session %(number)s of %(title)s begins soon: %(when)s, %(place)s. Your ticket is ready."),
        lifetime=timedelta(hours=2),
    )
)
REMINDER = register(
    Kind(
        name="training_reminder",
        category=Category.TRAINING,
        template="training_reminder",
        title=_("Tomorrow: %(title)s"),
        body=_(
            "%(name)s, tomorrow is session %(number)s of %(title)s: %(when)s, %(place)s. Please bring your "
            "ticket. If you cannot come, please cancel today."
        ),
    )
)
CERTIFIED = register(
    Kind(
        name="training_certified",
        category=Category.TRAINING,
        template="training_certified",
        title=_("Your certificate is ready: %(title)s"),
        body=_(
            "%(name)s, thank you for taking part in every session of %(title)s. Your certificate can be downloaded."
        ),
    )
)
TOPIC_SCHEDULED = register(
    Kind(
        name="topic_scheduled",
        category=Category.TRAINING,
        template="topic_scheduled",
        title=_("Your topic has a training: %(title)s"),
        body=_(
            "%(name)s, you voted for the topic %(topic)s. This training answers it: %(title)s, %(when)s, %(place)s. "
            "Register with one tap."
        ),
    )
)
TOPIC_DECLINED = register(
    Kind(
        name="topic_declined",
        category=Category.TRAINING,
        template="topic_declined",
        title=_("About the topic %(topic)s"),
        body=_(
            "%(name)s, the office does not plan a training on %(topic)s for now. Reason: %(reason)s. Your vote is free "
            "for another topic."
        ),
    )
)
STEPS_CONFIRM = register(
    Kind(
        name="steps_confirm",
        category=Category.TRAINING,
        template="steps_confirm",
        title=_("Is this your action plan? %(title)s"),
        body=_("%(name)s, your action plan after %(title)s was written down for you. Please look at it and say yes."),
    )
)
STEPS_MISSING = register(
    Kind(
        name="steps_missing",
        category=Category.TRAINING,
        template="steps_missing",
        title=_("What will you do with it? %(title)s"),
        body=_(
            "%(name)s, thank you for coming to %(title)s. Please write one to three small steps that you will take, "
            "each with a day, by %(until)s. We remind you of them, and your assistant helps."
        ),
    )
)
STEP_DUE = register(
    Kind(
        name="step_due",
        category=Category.TRAINING,
        template="step_due",
        title=_("Your step: %(step)s"),
        body=_(
            "%(name)s, after %(title)s you wanted to do this by %(day)s: %(step)s. Done already? Tick it off with one tap."
        ),
    )
)
STEP_LATE = register(
    Kind(
        name="step_late",
        category=Category.TRAINING,
        template="step_late",
        title=_("How far is it? %(step)s"),
        body=_(
            "%(name)s, %(step)s was planned by %(day)s. Tick it off if it is done; if something is in the way, your "
            "assistant likes to help."
        ),
    )
)
