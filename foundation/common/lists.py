"""The office's lists: paged by key, so that no row is out of reach and page 1,000 costs what page 1 does.

Two questions a page: the keys of its rows in order (which an index answers), then those few rows with all that the list
shows. Columns can be sorted where an index has the order ready.
"""

import functools
import json
from hashlib import blake2b
from typing import Any

from django.contrib import messages
from django.contrib.admin.views.main import ORDER_VAR
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import Index, Model, QuerySet, UniqueConstraint
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from unfold.views import ChangeList as UnfoldChangeList

from foundation.common import keyset

COUNT_LIMIT = 1_000
COUNT_SECONDS = 60
AFTER, BEFORE = "after", "before"  # cursors in the address; an empty `before` is the end of the list


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # no generic while running
    """Counts up to a limit: past it the list says "more than", and nobody waits for a full count."""

    @cached_property
    def counted(self) -> int:
        """Rows, at most one more than the limit."""
        rows: Any = self.object_list
        return int(rows.order_by()[: COUNT_LIMIT + 1].count()) if isinstance(rows, QuerySet) else len(rows)

    @cached_property
    def count(self) -> int:
        """Rows, as far as they are counted."""
        return min(self.counted, COUNT_LIMIT)

    @property
    def capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.counted > COUNT_LIMIT


class OfficeChangeList(UnfoldChangeList):
    """Rows are addressed by uid and paged by `?after=` or `?before=`."""

    first_url = previous_url = next_url = last_url = ""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """The filtered rows. Cursors are no filters, and no other link carries them along."""
        for name in (AFTER, BEFORE):
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        return rows

    def get_ordering_field(self, field_name: Any) -> Any:
        """The column's order; none for one that cannot be sorted, whatever the address asks for."""
        if ORDER_VAR in self.params and self.sortable_by is not None and field_name not in self.sortable_by:
            return None
        return super().get_ordering_field(field_name)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """The columns asked for, with the key after them in the same direction, as an index has it; else the list's own."""
        if ORDER_VAR not in self.params:
            return list(super().get_ordering(request, queryset))
        chosen: list[str] = []
        for column, way in self.get_ordering_field_columns().items():
            known = column < len(self.list_display)
            field = self.get_ordering_field(self.list_display[column]) if known else None
            if isinstance(field, str):
                name = field.lstrip("-")
                chosen.append(f"-{name}" if (way == "desc") != field.startswith("-") else name)
        if not chosen:
            return list(super().get_ordering(request, queryset))
        return [*chosen, "-pk" if chosen[-1].startswith("-") else "pk"]

    def get_results(self, request: HttpRequest) -> None:
        """One page of rows, with the links to its neighbours."""
        size, model = self.list_per_page, self.model
        self.order = keyset.terms(model, self.get_ordering(request, self.queryset))
        back, values = self._position(request)
        order = [term.turned() for term in self.order] if back else self.order
        keys = self._keys(order, values)
        if not keys and values is not None:  # the rows behind the cursor are gone: the end of the list, or its start
            back, values = not back, None
            order = [term.turned() for term in self.order] if back else self.order
            keys = self._keys(order, None)
        more, keys = len(keys) > size, keys[:size]
        if back:
            keys.reverse()
        self._links(keys, earlier=more if back else values is not None, later=values is not None if back else more)
        self.paginator = BoundedPaginator(self.queryset, size)
        self.paginator.counted = self._counted(request) if self.previous_url or self.next_url else len(keys)
        self.result_list = self.rows_of([key for key, *_values in keys])
        self.result_count = self.paginator.count
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = bool(keys)
        self.can_show_all, self.multi_page = False, bool(self.previous_url or self.next_url)

    def _counted(self, request: HttpRequest) -> int:
        """Rows of the whole list, counted at most once a minute for a person who leafs through it."""
        narrowed = json.dumps([self.query, sorted(self.filter_params.items())], default=str)
        key = f"office.count.{self.opts.label_lower}.{request.user.pk}.{blake2b(narrowed.encode()).hexdigest()[:32]}"
        found: int | None = cache.get(key)
        if found is None:
            found = self.paginator.counted
            cache.set(key, found, COUNT_SECONDS)
        return found

    def _position(self, request: HttpRequest) -> tuple[bool, list[Any] | None]:
        """Whether to read backwards, and from where; None is the very start (or end)."""
        back = BEFORE in request.GET
        text = request.GET.get(BEFORE if back else AFTER, "")
        if not text:
            return back, None
        values = keyset.values_of(text, self.model, self.order)
        if values is None:
            messages.warning(request, _("This page of the list is no longer known. The list starts from the top."))
            return False, None
        return back, values

    def _keys(self, order: list[keyset.Term], values: list[Any] | None) -> list[tuple[Any, ...]]:
        """Primary keys with the columns of the order, one more than the page holds."""
        rows = self.queryset.select_related(None).prefetch_related(None).order_by(*(term.order for term in order))
        if values is not None:
            rows = rows.filter(keyset.behind(self.model, order, values))
        return list(rows.values_list("pk", *(term.name for term in order))[: self.list_per_page + 1])

    def rows_of(self, keys: list[Any]) -> list[Model]:
        """The rows of these keys in their order, with everything the list shows."""
        rows = self.root_queryset.order_by()
        if not rows.query.select_related:
            rows = self.apply_select_related(rows)
        found = {row.pk: row for row in rows.filter(pk__in=keys)} if keys else {}
        return [found[key] for key in keys if key in found]

    def _links(self, keys: list[tuple[Any, ...]], *, earlier: bool, later: bool) -> None:
        if not keys:
            return
        salt = keyset.salt_of(self.model, self.order)
        if earlier:
            self.first_url = self.get_query_string()
            self.previous_url = self.get_query_string({BEFORE: keyset.cursor(keys[0][1:], salt)})
        if later:
            self.next_url = self.get_query_string({AFTER: keyset.cursor(keys[-1][1:], salt)})
            self.last_url = self.get_query_string({BEFORE: ""})

    @cached_property
    def _base_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def url_for_result(self, result: Model) -> str:
        """The row's page."""
        return f"{self._base_url}{getattr(result, 'uid', result.pk)}/change/"


@functools.cache
def has_order(model: type[Model], name: str) -> bool:
    """Whether an index has the rows of `model` ready in the order of `name`, and every row has a value there."""
    path = list(keyset.path_of(model, name))
    if not path or any(field.null for field in path):
        return False
    owner = path[-1].model
    if path[-1].primary_key or path[-1].unique or path[-1].db_index:
        return True
    first = {entry.fields[0].lstrip("-") for entry in owner._meta.indexes if _orders(entry)}
    first |= {entry.fields[0] for entry in owner._meta.constraints if _orders(entry)}
    return path[-1].name in first


def _orders(entry: Any) -> bool:
    """A plain index or unique constraint over all rows."""
    plain = type(entry) is Index or isinstance(entry, UniqueConstraint)
    return plain and bool(entry.fields) and entry.condition is None


def order_of(model_admin: Any, column: Any) -> str:
    """The field by which a column of a list is sorted, '' for none."""
    attribute = getattr(model_admin, column, None) if isinstance(column, str) else column
    if attribute is None and isinstance(column, str):
        if keyset.path_of(model_admin.model, column):
            return column
        attribute = getattr(model_admin.model, column, None)
        attribute = attribute.fget if isinstance(attribute, property) else attribute
    named = getattr(attribute, "admin_order_field", None)
    return named.lstrip("-") if isinstance(named, str) else ""
