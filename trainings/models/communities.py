"""Groups of owners that an office knows by name: a sewing circle, a market's sellers. Trainings can be for them."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.common.querysets import BaseQuerySet, ScopedQuerySet
from foundation.common.records import Record
from members.models import Person


class CommunityQuerySet(ScopedQuerySet["Community"]):
    region_path = "office_code"

    def of_office(self, code: str) -> Self:
        return self.filter(office_code=code).order_by("name", "pk")

    def with_size(self) -> Self:
        """`size`: how many belong to it."""
        return self.annotate(size=models.Count("members"))


class Community(Record):
    """A group by its name, once in an office."""

    office_code = models.CharField(_("office"), max_length=5, db_collation="C")
    name = models.CharField(_("name of the group"), max_length=80)
    note = models.CharField(_("what they do"), max_length=150, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("group of owners")
        verbose_name_plural = _("groups of owners")
        constraints = [
            models.UniqueConstraint(
                fields=["office_code", "name"],
                name="community_once",
                violation_error_message=_("There is already a group of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def region_code(self) -> str:
        return self.office_code


class CommunityMember(Record):
    """Somebody who belongs to a group."""

    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="members", verbose_name=_("group of owners")
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner"))
    added_at = models.DateTimeField(_("since"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    objects: Any = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a group")
        verbose_name_plural = _("members of groups")
        constraints = [
            models.UniqueConstraint(
                fields=["community", "person"],
                name="communitymember_once",
                violation_error_message=_("Both belong to the same group. Please take one of them out of it first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.community_id}: {self.person_id}"
