"""Whose boards somebody may read and write: an owner's own office, a role's region."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery

from foundation.accounts.models import User
from members.models import Business, Person

READ = "forums.view_topic"
WRITE = "forums.write_post"
MODERATE = "forums.moderate_topic"
OFFICE_CODE_LENGTH = 5
DISTRICT_CODE_LENGTH = 8


@dataclass(frozen=True)
class Reach:
    """`read`, `write`: office codes (or shorter ones of a wider role; '' = all). `moderate`: region codes.

    `person_id`, `name`, `village`, `district_name` and `kbli` are the owner's, empty for pure staff.
    """

    read: tuple[str, ...]
    write: tuple[str, ...]
    moderate: tuple[str, ...]
    person_id: int | None = None
    name: str = ""
    village: str = ""
    district_name: str = ""
    kbli: str = ""

    @property
    def district(self) -> str:
        return self.village[:DISTRICT_CODE_LENGTH]

    def reads(self, code: str) -> bool:
        return any(code.startswith(prefix) for prefix in self.read)

    def writes(self, code: str) -> bool:
        return any(code.startswith(prefix) for prefix in self.write)

    def moderates(self, code: str) -> bool:
        return any(code.startswith(prefix) for prefix in self.moderate)

    def scope(self, field: str) -> Q:
        """Rows whose office code in `field` may be read; equality where it can be, so that indexes serve."""
        if "" in self.read:
            return Q()
        offices = [code for code in self.read if len(code) == OFFICE_CODE_LENGTH]
        condition = Q(**{field: offices[0]}) if len(offices) == 1 else Q(**{f"{field}__in": offices})
        for code in self.read:
            if len(code) < OFFICE_CODE_LENGTH:
                condition |= Q(**{f"{field}__startswith": code})
        return condition


def _offices(codes: list[str]) -> set[str]:
    """A district's assistant reads the whole office's boards."""
    return {code[:OFFICE_CODE_LENGTH] for code in codes}


def _owner(user: User) -> dict[str, Any]:
    kbli = Business.objects.filter(owner=OuterRef("pk"), kbli__isnull=False).order_by("pk").values("kbli__code")[:1]
    rows = Person.objects.filter(user=user).values(
        "full_name",
        person_id=F("pk"),
        code=F("village_id"),
        district_name=F("village__parent__name"),
        kbli_code=Subquery(kbli),
    )
    return dict(rows.first() or {})


def of(user: User) -> Reach:
    """The reach of `user`: one query for the owner, one for the roles, once per request (kept on the account)."""
    kept: Reach | None = user.__dict__.get("_forum_reach")
    if kept is None:
        kept = user.__dict__["_forum_reach"] = _find(user)
    return kept


def _find(user: User) -> Reach:
    if not user.is_active:
        return Reach(read=(), write=(), moderate=())
    owner = _owner(user)
    village = owner.get("code", "")
    home = {village[:OFFICE_CODE_LENGTH]} if village else set()
    return Reach(
        read=tuple(sorted(_offices(user.region_prefixes(READ)) | home)),
        write=tuple(sorted(_offices(user.region_prefixes(WRITE)) | home)),
        moderate=tuple(user.region_prefixes(MODERATE)),
        person_id=owner.get("person_id"),
        name=owner.get("full_name", ""),
        village=village,
        district_name=owner.get("district_name") or "",
        kbli=owner.get("kbli_code") or "",
    )
