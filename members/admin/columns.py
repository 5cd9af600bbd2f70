"""Columns that several lists of the office face share."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy


class OfBusiness:
    """What belongs to a business shows whose it is and where."""

    @admin.display(description=gettext_lazy("Business name"))
    def business_name(self, row: Any) -> str:
        return str(row.business.name)

    @admin.display(description=gettext_lazy("Owner"))
    def owner_name(self, row: Any) -> str:
        return str(row.business.owner.full_name)

    @admin.display(description=gettext_lazy("District"))
    def district(self, row: Any) -> str:
        district = row.business.village.parent
        return district.name if district else ""
