"""The messages about jobs."""

from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import Category, Channel, Kind, register

JOB_OVER = register(
    Kind(
        name="job_over",
        category=Category.SERVICE,
        title=_("%(title)s: %(state)s"),
        body=_("%(label)s The page tells what came of it."),
        template="guyub_job_over",
        channels=(Channel.APP,),
    )
)
