"""Permissions come from the role table in code, limited to the region of the object; logging in is allauth's."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from foundation.accounts.models import User
from foundation.common import rows


def region_of(obj: Any) -> str | None:
    """The region code an object carries, or None where it has none."""
    for name in ("region_code", "village_id", "district_id", "region_id"):
        value = getattr(obj, name, None)
        if isinstance(value, str):
            return value
    return None


class RoleBackend:
    """`user.has_perm("members.view_business", business)`: the role holds it, and the object lies in its region.

    It only answers for permissions. Without `get_user` Django never takes it for the backend that logged somebody in.
    """

    def authenticate(self, _request: Any, **_credentials: Any) -> None:
        """Nobody logs in here."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if not user_obj.is_active or user_obj.is_anonymous:
            return False
        if user_obj.is_superuser:
            return True
        prefixes = user_obj.region_prefixes(perm)
        if obj is None:
            return bool(prefixes)
        code = region_of(obj)
        if code is None:  # nobody's region: only for who holds the permission everywhere
            return "" in prefixes
        return any(code.startswith(prefix) for prefix in prefixes)


class LoginBackend(AuthenticationBackend):
    """allauth's door: phone and code, e-mail and password.

    It knows nothing of permissions: accounts carry no Django groups.
    """

    def get_user(self, user_id: Any) -> User | None:
        """Whoever is logged in, on every page."""
        user = rows.find(User, user_id)
        return user if user is not None and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False
