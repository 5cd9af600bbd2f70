"""Who is speaking and who is told: shared by the other actions."""

from dataclasses import dataclass
from typing import Any

from forums import reach
from forums.enums import AuthorRole
from forums.models import Board
from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.notifications.actions.outbox import Recipient
from foundation.regions.models import Region
from members.models import Person


@dataclass(frozen=True)
class Voice:
    """How a person is shown beside what they write."""

    name: str
    place: str
    role: AuthorRole
    home_code: str

    def fields(self, board: Board) -> dict[str, Any]:
        """The author columns of a topic or post on `board`; a district board decides who moderates it."""
        code = board.region_id if board.is_district else self.home_code
        return {
            "author_name": self.name,
            "author_place": self.place,
            "author_role": self.role,
            "region_code": code,
        }


def voice_of(user: User) -> Voice:
    """An assistant or the office speaks as such; everybody else as the owner they are."""
    mine = reach.of(user)
    name = mine.name or str(user)
    role = _role(user)
    if role == AuthorRole.OWNER:
        return Voice(name=name, place=mine.district_name, role=role, home_code=mine.district)
    code = user.home_code[: reach.DISTRICT_CODE_LENGTH]
    place = Region.objects.filter(code=code).values_list("name", flat=True).first() or ""
    return Voice(name=user.full_name or name, place=place, role=role, home_code=code)


def _role(user: User) -> AuthorRole:
    if user.has_role(Role.FACILITATOR):
        return AuthorRole.FACILITATOR
    return AuthorRole.STAFF if user.works_in_office else AuthorRole.OWNER


def recipients(user_ids: list[int]) -> list[Recipient]:
    """The accounts as the outbox knows them: as the person where there is one."""
    people = {person.user_id: person for person in Person.objects.filter(user_id__in=user_ids).select_related("user")}
    others = User.objects.filter(pk__in=set(user_ids) - set(people), is_active=True)
    found = [person.as_recipient() for person in people.values() if person.user and person.user.is_active]
    return found + [Recipient.of_user(user) for user in others]
