"""Groups of owners that trainings can be for: listed, made, filled by who schedules trainings."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.http import form_page, writing
from foundation.common.pages import page
from foundation.regions.models import Office
from members.models import Person
from trainings.actions import communities
from trainings.community_forms import CommunityForm, MemberSearchForm, MembersForm
from trainings.forms import SCHEDULE
from trainings.models import Community, CommunityMember
from trainings.views import reach
from trainings.views.choosing import chosen

SIZE = 50


def _offices(request: HttpRequest) -> list[Office]:
    """The offices for which this person schedules trainings. Raises PermissionDenied."""
    codes = {prefix[:5] for prefix in reach.actor(request).region_prefixes(SCHEDULE)}
    offices = list(Office.objects.filter(region_id__in=codes).order_by("region_id"))
    if not offices:
        raise PermissionDenied
    return offices


def _open(request: HttpRequest, uid: UUID) -> Community:
    codes = [office.region_id for office in _offices(request)]
    return get_object_or_404(Community, uid=uid, office_code__in=codes)


@form_page
def community_list(request: HttpRequest) -> HttpResponseBase:
    """The groups of the office, and a form for a new one."""
    offices = _offices(request)
    form = CommunityForm(request.POST or None, offices=offices)
    if request.method == "POST" and form.is_valid():
        try:
            made = communities.make(
                office_code=form.office_code(),
                name=form.cleaned_data["name"],
                note=form.cleaned_data["note"],
                by=reach.actor(request),
                now=clock.now(),
            )
        except ActionError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("The group is made. Now add its members."))
            return redirect("trainings:community", uid=made.uid)
    rows = Community.objects.filter(office_code__in=[office.region_id for office in offices]).with_size()
    found = page(rows, order=["name", "id"], cursor=request.GET.get("cursor", ""), size=SIZE)
    return render(request, "trainings/community_list.html", {"page": found, "form": form})


@form_page
def community_detail(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Who belongs to it: names of those whom the visitor may see, the others as a number."""
    community = _open(request, uid)
    form, search = MembersForm(request.POST or None), MemberSearchForm(request.GET if "q" in request.GET else None)
    text = search.cleaned_data["q"].strip() if search.is_valid() else ""
    if request.method == "POST" and form.is_valid():
        people, unknown = chosen(request, form.cleaned_data["numbers"])
        try:
            added = communities.add(community=community, people=people, by=reach.actor(request), now=clock.now())
        except ActionError as error:
            form.add_error(error.field, str(error))
        else:
            text = ngettext("%(n)d person belongs to it now.", "%(n)d people belong to it now.", added)
            messages.success(request, text % {"n": added})
            if unknown:
                messages.error(request, _("Not known as owners: %(numbers)s.") % {"numbers": ", ".join(unknown)})
            return redirect("trainings:community", uid=uid)
    visible: Any = Person.objects.visible_to(request.user, "members.view_person")
    members = CommunityMember.objects.filter(community=community)
    rows = visible.filter(pk__in=members.values("person")).select_related("village")
    found = page(rows, order=["full_name", "id"], cursor=request.GET.get("cursor", ""), size=SIZE)
    called = list(reach.owners_called(request, text)) if text else []
    inside = set(members.filter(person__in=[row.pk for row in called]).values_list("person_id", flat=True))
    context = {
        "community": community,
        "page": found,
        "form": form,
        "search": search,
        "text": text,
        "called": [(row, row.pk in inside) for row in called],
        "hidden": members.count() - rows.count(),
    }
    return render(request, "trainings/community.html", context)


@writing
def community_take_out(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    community = _open(request, uid)
    visible: Any = Person.objects.visible_to(request.user, "members.view_person")
    person = get_object_or_404(visible, uid=reach.uid_or_404(request.POST.get("person", "")))
    communities.take_out(community=community, person=person, by=reach.actor(request), now=clock.now())
    messages.success(request, _("%(name)s no longer belongs to it.") % {"name": person.full_name})
    return redirect("trainings:community", uid=uid)
