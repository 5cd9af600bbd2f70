"""What every page of the office face starts from: region scope, read-only, uid in the address, bounded counts.

An app's admin names what is shown; whatever changes a row is a `Deed`: a button, a form page and ONE action.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from unfold.admin import ModelAdmin
from unfold.admin import TabularInline as UnfoldTabularInline

from foundation.common import sheets
from foundation.common.errors import ActionError
from foundation.common.lists import BoundedPaginator, OfficeChangeList, has_order, order_of
from foundation.common.signals import row_shown


class EmptyForm(Form):
    """A deed that asks for nothing but the decision."""


def _always(_obj: Any) -> bool:
    return True


def _anybody(_user: Any, _obj: Any) -> bool:
    return True


@dataclass(frozen=True)
class Deed:
    """One thing that can be done to a row (or, without a row, to the list).

    `perform(request, obj, cleaned)` calls ONE action and returns the sentence of success, or a response (a file).
    It may raise ActionError: the sentence lands at its field, or above the form. `permission` is asked of the object.
    """

    name: str
    label: str | Promise
    permission: str
    perform: Callable[[HttpRequest, Any, dict[str, Any]], Any]
    form: Callable[..., Form] = EmptyForm
    available: Callable[[Any], bool] = _always
    open_to: Callable[[Any, Any], bool] = _anybody  # (user, obj): else no button; the action itself refuses
    text: str | Promise = ""
    says: Callable[[Any], list[str]] | None = None  # of the object: what exactly would happen, line by line
    danger: bool = False
    primary: bool = False
    initial: Callable[[Any], dict[str, Any]] | None = None
    takes_object: bool = False  # the form's constructor wants `obj=`
    takes_user: bool = False  # the form's constructor wants `by=`: it stores files


class OfficeModelAdmin(ModelAdmin):
    """Read-only list and page of the rows in the person's region; `deeds` are the buttons."""

    deeds: ClassVar[tuple[Deed, ...]] = ()
    list_deeds: ClassVar[tuple[Deed, ...]] = ()
    whose: str | Promise = ""  # of rules: who changes these rows, for whom they hold; said above the list and the row

    show_full_result_count = False
    view_on_site = False
    list_per_page = 25
    list_max_show_all = 0
    paginator = BoundedPaginator
    show_facets = ShowFacets.NEVER  # a count for each choice of each filter would read the whole table
    list_filter_sheet = False
    compressed_fields = True
    actions: Any = None
    change_form_outer_before_template = "office/deeds.html"
    list_before_template = "office/list_deeds.html"

    # What may be seen

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows in the regions where this person may see them."""
        rows: Any = self.model._default_manager.all()
        visible = rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows
        ordering = self.get_ordering(request)
        return visible.order_by(*ordering) if ordering else visible  # type: ignore[no-any-return]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By role; the region is the query's."""
        meta = self.opts
        return bool(request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The group shows when the list does."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Rows are made by actions."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are changed by deeds."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted."""
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list whose rows are addressed by uid."""
        return OfficeChangeList

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """Columns whose order an index has ready; `sortable_by` names others, for lists that stay short."""
        if self.sortable_by is not None:
            return self.sortable_by
        return [column for column in self.get_list_display(request) if has_order(self.model, order_of(self, column))]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row of this uid, if it is in the person's region."""
        if not hasattr(self.model, "uid"):
            return super().get_object(request, object_id, from_field)
        try:
            key = uuid.UUID(object_id)
        except ValueError:
            return None
        return self.get_queryset(request).filter(uid=key).first()

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponseBase:
        raise Http404

    def log_addition(self, *args: Any, **kwargs: Any) -> Any:
        """Nothing: events are in the audit log."""

    log_change = log_addition
    log_deletions = log_addition

    # Deeds

    def deeds_for(self, request: HttpRequest, obj: Any) -> list[Deed]:
        """The buttons on this row's page: what this person may do now."""
        user = request.user
        return [
            deed
            for deed in self.deeds
            if user.has_perm(deed.permission, obj) and deed.available(obj) and deed.open_to(user, obj)
        ]

    def list_deeds_for(self, request: HttpRequest) -> list[Deed]:
        """The buttons above the list."""
        return [deed for deed in self.list_deeds if request.user.has_perm(deed.permission) and deed.available(None)]

    def get_urls(self) -> list[URLPattern]:
        """The admin's addresses with the deeds' before them."""
        meta, wrap = self.opts, self.admin_site.admin_view
        name = f"{meta.app_label}_{meta.model_name}"
        return [
            path("deed/<slug:deed>/", wrap(self.list_deed_view), name=f"{name}_list_deed"),
            path("<uuid:uid>/deed/<slug:deed>/", wrap(self.deed_view), name=f"{name}_deed"),
            *super().get_urls(),
        ]

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """The row's page: what is known of it, the rows below it, and its buttons. It is read only, so it has no form.

        Raises PermissionDenied for who may not see it, and for any attempt to write past the deeds.
        """
        if object_id is None or request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        obj = self.get_object(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        if obj is None:
            raise Http404
        row_shown.send(sender=self.model, row=obj, by=request.user)
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": str(obj),
            "original": obj,
            "opts": self.opts,
            "model_admin": self,
            "sheets": sheets.sheets(self, request, obj),
            "tables": sheets.tables(self, request, obj),
            "deeds": [(deed, self.deed_url(deed, obj)) for deed in self.deeds_for(request, obj)],
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.change_form_template or "admin/change_form.html", context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, with its buttons."""
        deeds = [(deed, self.deed_url(deed, None)) for deed in self.list_deeds_for(request)]
        return super().changelist_view(request, {"deeds": deeds, **(extra_context or {})})

    def deed_url(self, deed: Deed, obj: Any) -> str:
        """Where the deed's form page is."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if obj is None:
            return reverse(f"{name}_list_deed", args=[deed.name])
        return reverse(f"{name}_deed", args=[obj.uid, deed.name])

    def back_url(self, obj: Any) -> str:
        """Where a finished deed leads: the row, or the list."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return reverse(f"{name}_changelist") if obj is None else reverse(f"{name}_change", args=[obj.uid])

    def deed_view(self, request: HttpRequest, uid: uuid.UUID, deed: str) -> HttpResponseBase:
        """GET shows the form, POST does it."""
        obj = self.get_object(request, str(uid))
        if obj is None or not self.has_view_permission(request):
            raise Http404
        return self._run(request, self._named(self.deeds, deed), obj)

    def list_deed_view(self, request: HttpRequest, deed: str) -> HttpResponseBase:
        """The same for the list."""
        return self._run(request, self._named(self.list_deeds, deed), None)

    def _named(self, deeds: Iterable[Deed], name: str) -> Deed:
        for deed in deeds:
            if deed.name == name:
                return deed
        raise Http404

    def _run(self, request: HttpRequest, deed: Deed, obj: Any) -> HttpResponseBase:
        if not request.user.has_perm(deed.permission, obj):
            raise PermissionDenied
        extra: dict[str, Any] = {"obj": obj} if deed.takes_object else {}
        extra |= {"by": request.user} if deed.takes_user else {}
        if not deed.available(obj):  # an old page or link, or a made-up address: nothing is asked and nothing is done
            return self._form_page(request, deed, obj, EmptyForm())
        if request.method != "POST":
            initial = deed.initial(obj) if deed.initial else {}
            return self._form_page(request, deed, obj, deed.form(initial=initial, **extra))
        form = deed.form(request.POST, request.FILES, **extra)
        if form.is_valid():
            try:
                done = deed.perform(request, obj, form.cleaned_data)
            except ActionError as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
                return self._form_page(request, deed, obj, form, refusal)
            if isinstance(done, HttpResponse):
                return done
            messages.success(request, str(done or deed.label))
            return HttpResponseRedirect(self.back_url(obj))
        return self._form_page(request, deed, obj, form)

    def _form_page(
        self, request: HttpRequest, deed: Deed, obj: Any, form: Form, refusal: ActionError | None = None
    ) -> TemplateResponse:
        return TemplateResponse(
            request,
            "office/deed.html",
            {
                **self.admin_site.each_context(request),
                "title": deed.label,
                "deed": deed,
                "said": deed.says(obj) if deed.says else [],
                "object": obj,
                "form": form,
                "opts": self.opts,
                "refusal": refusal,
                "back_url": self.back_url(obj),
                "available": deed.available(obj),
            },
        )


class ReadonlyInline(UnfoldTabularInline):
    """Rows below a row, to read; of very many only the first `most`."""

    most: int | None = None
    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = False
    view_on_site = False
    tab = False
    hide_title = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the row sees these."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """To read."""
        return False

    has_change_permission = has_add_permission
    has_delete_permission = has_add_permission


class ReadonlyAdmin(OfficeModelAdmin):
    """Only ever read: audit, ledger, outbox."""

    deeds: ClassVar[tuple[Deed, ...]] = ()
