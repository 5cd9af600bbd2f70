"""Spreadsheets in, in the office face: sent, columns named, dry run looked at, brought in. Each press is one action."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.errors import ActionError
from foundation.common.numbers import grouped
from foundation.files.actions import uploads
from members.actions import import_runs
from members.enums import ImportState
from members.import_forms import ColumnsForm, SpreadsheetForm
from members.models import ImportRun

PERMISSION = "members.import_members"
LOOKS = {ImportState.DONE: "good", ImportState.FAILED: "bad", ImportState.DISCARDED: ""}


class NoOffice(ActionError):
    message = gettext_lazy("Only somebody who works in one office can bring in its members. Log in with that account.")


def _user(request: HttpRequest) -> Any:
    return request.user


def _page(run: ImportRun) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:members_importrun_change", args=[run.uid]))


def _send(request: HttpRequest, _nobody: None, cleaned: dict[str, Any]) -> HttpResponse:
    office = getattr(request, "office", None)
    if office is None or not request.user.has_perm(PERMISSION, office):
        raise NoOffice
    by, now = _user(request), clock.now()
    try:
        file = uploads.store(cleaned["file"], purpose=import_runs.PURPOSE, by=by, now=now)
    except ActionError as refusal:
        refusal.field = "file"
        raise
    return _page(import_runs.send(file=file, office=office, by=by, now=now))


def _name_columns(request: HttpRequest, run: ImportRun, cleaned: dict[str, Any]) -> HttpResponse:
    mapping = {int(name[1:]): key for name, key in cleaned.items() if name != "sheet"}
    return _page(
        import_runs.name_columns(run=run, sheet=cleaned["sheet"], mapping=mapping, by=_user(request), now=clock.now())
    )


def _bring_in(request: HttpRequest, run: ImportRun, _cleaned: dict[str, Any]) -> HttpResponse:
    return _page(import_runs.bring_in(run=run, by=_user(request), now=clock.now()))


def _again(request: HttpRequest, run: ImportRun, _cleaned: dict[str, Any]) -> HttpResponse:
    return _page(import_runs.again(run=run, by=_user(request), now=clock.now()))


def _discard(request: HttpRequest, run: ImportRun, _cleaned: dict[str, Any]) -> str:
    import_runs.discard(run=run, by=_user(request), now=clock.now())
    return _("The spreadsheet is thrown away; nothing of it has come in.")


def _waits_for_columns(run: ImportRun) -> bool:
    return run.state in {ImportState.MAPPING, ImportState.CHECKED}


@admin.register(ImportRun)
class ImportRunAdmin(OfficeModelAdmin):
    """Newest first; the page of one leads through its steps."""

    list_display = ("file", "state", "rows", "inserted", "updated", "unchanged", "refused", "by", "created_at")
    list_filter = ("state",)
    list_select_related = ("file", "by")
    ordering = ("-created_at", "-pk")
    list_deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            "unggah",
            gettext_lazy("Bring in a spreadsheet"),
            PERMISSION,
            _send,
            form=SpreadsheetForm,
            primary=True,
            text=gettext_lazy(
                "Any order of columns, and the headings that your office uses. You see what each column means, then a "
                "dry run with all counts; only then do you decide."
            ),
        ),
    )
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            "kolom",
            gettext_lazy("Check the rows"),
            PERMISSION,
            _name_columns,
            form=ColumnsForm,
            takes_object=True,
            available=_waits_for_columns,
        ),
        Deed(
            "masukkan",
            gettext_lazy("Bring the rows in"),
            PERMISSION,
            _bring_in,
            primary=True,
            available=lambda run: run.state == ImportState.CHECKED,
        ),
        Deed(
            "ulangi",
            gettext_lazy("Go on with this step"),
            PERMISSION,
            _again,
            available=lambda run: run.state in import_runs.UNDER_WAY and not (run.job and run.job.is_live),
        ),
        Deed(
            "buang",
            gettext_lazy("Throw away"),
            PERMISSION,
            _discard,
            danger=True,
            text=gettext_lazy("The file is deleted here. Nothing of it has come in."),
            available=lambda run: not run.is_over and not (run.job and run.job.is_live),
        ),
    )

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """The page of one spreadsheet: what has been found, and the next step."""
        run = self.get_object(request, object_id) if object_id and self.has_view_permission(request) else None
        if run is None:
            raise Http404
        return self._page_of(request, run)

    def _form_page(
        self, request: HttpRequest, deed: Deed, obj: Any, form: Any, refusal: ActionError | None = None
    ) -> TemplateResponse:
        """A mistake in the columns is told where the columns are."""
        if isinstance(form, ColumnsForm):
            return self._page_of(request, obj, form, refusal)
        return super()._form_page(request, deed, obj, form, refusal)

    def _page_of(
        self, request: HttpRequest, run: ImportRun, form: ColumnsForm | None = None, refusal: ActionError | None = None
    ) -> TemplateResponse:
        may = {deed.name: self.deed_url(deed, run) for deed in self.deeds_for(request, run)}
        context = {
            **self.admin_site.each_context(request),
            "title": run.file.name,
            "opts": self.opts,
            "run": run,
            "job": run.job,
            "look": LOOKS.get(ImportState(run.state), "wait"),
            "may": may,
            "counts": _counts(run),
            "refusal": refusal,
            "run_url": self.back_url(run),
        }
        if "kolom" in may:
            form = form or ColumnsForm(obj=run, initial={"sheet": request.GET.get("sheet", "")})
            is_open = run.state == ImportState.MAPPING or form.is_bound or "sheet" in request.GET
            context |= {"form": form, "chosen": form.chosen, "open": is_open}
        return TemplateResponse(request, "members/office_import.html", context)


def _counts(run: ImportRun) -> list[tuple[Any, str]]:
    """The numbers of the dry run, or of the import."""
    words = (
        (_("Rows"), run.rows),
        (_("New"), run.inserted),
        (_("Changed"), run.updated),
        (_("Unchanged"), run.unchanged),
        (_("Refused"), run.refused),
        (_("Without NIK, to be completed"), run.without_nik),
        (_("Lines without data (titles, totals, signatures)"), run.skipped),
    )
    return [(word, grouped(number)) for word, number in words]
