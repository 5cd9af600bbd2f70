"""Permissions come from the role table in code, limited to the region of the object."""

from typing import Any

from django.contrib.auth.backends import BaseBackend


def region_of(obj: Any) -> str | None:
    """The region code an object carries, or None where it has none."""
    for name in ("region_code", "village_id", "district_id", "region_id"):
        value = getattr(obj, name, None)
        if isinstance(value, str):
            return value
    return None


class RoleBackend(BaseBackend):
    """`user.has_perm("members.view_business", business)`: the role holds it, and the object lies in its region."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if not user_obj.is_active or user_obj.is_anonymous:
            return False
        if user_obj.is_superuser:
            return True
        prefixes = user_obj.region_prefixes(perm)
        if obj is None:
            return bool(prefixes)
        code = region_of(obj)
        return bool(prefixes) if code is None else any(code.startswith(prefix) for prefix in prefixes)
