"""Villages of one office by the names that people write."""

import re
from collections import defaultdict
from typing import Final

from django.utils.translation import gettext as _

from foundation.regions.models import Region, RegionAlias, normal
from members.importing.cells import BadCell

KIND: Final = re.compile(r"^(desa|kelurahan|kel|ds|kecamatan|kec)\b[.\s]*", re.IGNORECASE)


class Places:
    """Every district and village of a regency or city, with aliases, read once."""

    def __init__(self, office_code: str) -> None:
        rows = Region.objects.filter(code__startswith=f"{office_code}.", is_active=True).order_by("code")
        self.districts: dict[str, str] = {}
        self.villages: dict[str, list[str]] = defaultdict(list)
        for region in rows:
            if region.level == Region.Level.DISTRICT:
                self.districts[region.search_name] = region.code
            else:
                self.villages[region.search_name].append(region.code)
        for alias in RegionAlias.objects.filter(region__code__startswith=f"{office_code}.").select_related("region"):
            if alias.region.level == Region.Level.DISTRICT:
                self.districts.setdefault(alias.search_name, alias.region_id)
            elif alias.region_id not in self.villages[alias.search_name]:
                self.villages[alias.search_name].append(alias.region_id)

    def district(self, name: str) -> str:
        """The code of a district, '' if none is given. Raises BadCell."""
        key = normal(KIND.sub("", name))
        if not key:
            return ""
        if key not in self.districts:
            raise BadCell(_("This office has no district of this name."))
        return self.districts[key]

    def village(self, name: str, *, district: str) -> str:
        """The code of a village, in the district where that is given. Raises BadCell."""
        key = normal(KIND.sub("", name))
        if not key:
            raise BadCell(_("The village or urban ward is missing."))
        found = [code for code in self.villages.get(key, []) if code.startswith(district)]
        if len(found) == 1:
            return found[0]
        if found:
            raise BadCell(_("Several villages have this name. Please fill in the district."))
        raise BadCell(
            _("No village or urban ward of this name is in this district.")
            if district
            else _("This office has no village or urban ward of this name.")
        )
