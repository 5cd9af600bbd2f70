"""Who may do what beyond the role table (foundation.accounts.roles)."""

from typing import Any

from rules.permissions import add_perm
from rules.predicates import predicate


@predicate
def tunes_the_way(user: Any, process: Any) -> bool:
    """Everybody's way to a licence may be taken as the start of the own office's; another office's may not."""
    prefixes = user.region_prefixes("members.change_licenceprocess")
    if process is None:
        return bool(prefixes)
    return bool(prefixes) and (not process.region_code or any(process.region_code.startswith(p) for p in prefixes))


add_perm("members.change_licenceprocess", tunes_the_way)
