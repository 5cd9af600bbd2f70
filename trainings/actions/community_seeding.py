"""Groups of owners of a demo city. Data of the demo, in Indonesian like the names."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from foundation.regions.models import Office
from trainings.actions.seeding import Participant
from trainings.models import Community, CommunityMember

GROUPS: Final = (
    ("Pempek dan Kerupuk Ilir", "Olahan ikan, titip jual bersama"),
    ("Penjahit Mandiri", "Busana dan seragam, mesin dipakai bergantian"),
    ("Pedagang Pasar Pagi", "Arisan pedagang, belanja bahan bersama"),
)
SIZE: Final = 14
FROM: Final = 3  # the fourth district is the one in which the demo's assistant works


@transaction.atomic
def seed_communities(*, office: Office, people: Sequence[Participant], now: datetime) -> int:
    """A group in each of three districts, of owners who live there. Once; returns how many."""
    if Community.objects.filter(office_code=office.region_id).exists():
        return 0
    by_district: dict[str, list[Participant]] = defaultdict(list)
    for person in people:
        by_district[person.village[:8]].append(person)
    districts = [by_district[code] for code in sorted(by_district)]
    for turn, (name, note) in enumerate(GROUPS[: len(districts)]):
        living = districts[(turn + FROM) % len(districts)]
        made = Community.objects.create(office_code=office.region_id, name=name, note=note, created_at=now)
        CommunityMember.objects.bulk_create(
            CommunityMember(community=made, person_id=person.id, added_at=now, created_at=now)
            for person in living[:SIZE]
        )
    return min(len(GROUPS), len(districts))
