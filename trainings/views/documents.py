"""Documents of a training: attached and taken off by who runs it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, writing
from trainings.actions import documents
from trainings.community_forms import DocumentForm
from trainings.views import reach


@form_page
def training_documents(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """What is there, and a form for one more."""
    training, by = reach.runnable(request, uid, reach.CHANGE), reach.actor(request)
    form = DocumentForm(request.POST or None, request.FILES or None, by=by)
    if request.method == "POST" and form.is_valid():
        try:
            made = documents.attach(training=training, by=by, now=clock.now(), **form.cleaned_data)
        except ActionError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("Attached: %(title)s.") % {"title": made.title})
            return redirect("trainings:training-documents", uid=uid)
    rows = training.documents.select_related("file").order_by("pk")
    return render(request, "trainings/training_documents.html", {"training": training, "rows": rows, "form": form})


@writing
def document_take_off(request: HttpRequest, uid: UUID, document_uid: UUID) -> HttpResponseBase:
    training = reach.runnable(request, uid, reach.CHANGE)
    row = get_object_or_404(training.documents.select_related("file", "training"), uid=document_uid)
    documents.take_off(document=row, by=reach.actor(request), now=clock.now())
    messages.success(request, _("Taken off: %(title)s.") % {"title": row.title})
    return redirect("trainings:training-documents", uid=uid)
