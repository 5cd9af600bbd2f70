"""Ten to twenty people who ask together: one joint file, an application of her own for each, all sent or none."""

from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import ScopedQuerySet
from foundation.common.records import Record
from foundation.regions.models import Region
from members.models import Person
from revolving_funds.enums import GroupState

# "Individuals or groups of 10 to 20 people": as the regency made the programme known in March 2022.
FEWEST: Final = 10
MOST: Final = 20
CODE_LENGTH: Final = 6


class GroupApplicationQuerySet(ScopedQuerySet["GroupApplication"]):
    def own(self, user: Any) -> Q:
        """Whoever has an application in the file."""
        return Q(applications__person__user_id=user.pk)


class GroupApplication(Record):
    """Who leads it sends it, once each fellow has said that hers is ready. `code` is what fellows type to join."""

    name = models.CharField(_("name of the group"), max_length=80)
    code = models.CharField(_("code for fellows"), max_length=CODE_LENGTH, unique=True)
    village = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("village/urban ward")
    )
    leader = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("speaks for it"))
    state = models.CharField(_("state"), max_length=9, choices=GroupState.choices, default=GroupState.GATHERING)
    size = models.PositiveSmallIntegerField(_("people"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = GroupApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("group application")
        verbose_name_plural = _("group applications")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=GroupState.values), name="groupapplication_state_known"),
            models.CheckConstraint(
                name="groupapplication_ten_to_twenty",
                condition=Q(state="SENT", size__isnull=False, size__range=(FEWEST, MOST), sent_at__isnull=False)
                | ~Q(state="SENT") & Q(size__isnull=True, sent_at__isnull=True),
                violation_error_message=_("A group that applies together has 10 to 20 people."),
            ),
        ]
        indexes = [models.Index(fields=["village", "sent_at", "id"], name="groupapplication_village_idx")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("revolving_funds:group", args=[self.uid])

    @property
    def office_code(self) -> str:
        return self.village_id[:5]

    @property
    def is_gathering(self) -> bool:
        return self.state == GroupState.GATHERING
