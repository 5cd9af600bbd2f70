"""What every QuerySet of ours can do."""

from collections.abc import Iterable
from typing import Any, Self, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Q, sql

from foundation.common import rows

M = TypeVar("M", bound=models.Model)


class BaseQuerySet(models.QuerySet[M]):
    """Row locks in one form, so that none is taken by accident on a joined table."""

    def for_update(self, **kwargs: Any) -> Self:
        return self.select_for_update(of=("self",), no_key=True, **kwargs)

    def locked(self, pk: Any) -> M:
        """The row, locked and fresh, inside the caller's transaction. Raises DoesNotExist."""
        if not _is_plain(self) or not connections[DEFAULT_DB_ALIAS].in_atomic_block:
            return self.for_update().get(pk=pk)
        return rows.get(self.model, pk, by=self.model._meta.pk.attname, ending=rows.LOCKED)


def _is_plain(queryset: Any) -> bool:
    """Whether it is simply all rows of its table, with nothing beside them."""
    query = queryset.query
    narrowed = query.where or query.annotations or query.extra or query.combinator or query.is_sliced or query.distinct
    other = query.select_related or query.deferred_loading[0] or queryset._prefetch_related_lookups or queryset._fields  # noqa: SLF001 -- no other way to ask
    return type(query) is sql.Query and not narrowed and not other


class ScopedQuerySet(BaseQuerySet[M]):
    """Rows that carry a region code; `region_path` is the lookup of that code."""

    # Through the key, so that no join is made: the column itself carries the code.
    region_path = "village__code"

    def inside(self, code: str) -> Self:
        """Rows in the region `code` (prefix match on the C-collated code); empty code = nation."""
        return self.filter(**{f"{self.region_path}__startswith": code}) if code else self

    def scope(self, codes: Iterable[str]) -> Q:
        """The condition for rows in any of the regions; no region, no row."""
        found = Q(pk__in=[])
        for code in codes:
            found |= Q(**{f"{self.region_path}__startswith": code})
        return found

    def visible_to(self, user: Any, permission: str | None = None) -> Self:
        """Rows in the regions where `user` may see (or holds `permission`). Nobody sees by default."""
        prefixes = user.region_prefixes(permission or self.view_permission())
        if "" in prefixes:
            return self
        scope = self.scope(prefixes)
        # Who sees a region at a desk has one's own things in the portal; the OR would keep the index from helping.
        if prefixes and user.works_in_office:
            return self.filter(scope)
        return self.filter(scope | self.own(user))

    def own(self, user: Any) -> Q:
        """Rows that belong to the person behind `user`, whatever the region; models override it."""
        return Q(pk__in=[])

    def view_permission(self) -> str:
        meta = self.model._meta
        return f"{meta.app_label}.view_{meta.model_name}"
