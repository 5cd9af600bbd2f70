"""Tokens of other systems in the office face."""

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.clients import scopes as registry
from foundation.clients.actions import tokens
from foundation.clients.models import MOST_CALLS_A_MINUTE, Client
from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.widgets import DateInput
from foundation.regions.models import Region

PERMISSION = "clients.change_client"


def _regions(user: Any) -> QuerySet[Region]:
    """Regencies and above in which the person may hand out tokens."""
    prefixes = user.region_prefixes(PERMISSION)
    rows: QuerySet[Region] = Region.objects.filter(is_active=True, level=Region.Level.REGENCY)
    if "" in prefixes:
        rows = rows.filter(office__isnull=False)
    else:
        rows = rows.filter(code__in=[prefix[:5] for prefix in prefixes])
    return rows.order_by("code")


class UntilForm(forms.Form):
    """How long a token holds."""

    expires_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=DateInput,
        help_text=gettext_lazy("One year from today at most. A short life is a safe life."),
    )

    def clean_expires_on(self) -> dt.datetime:
        """The first moment after that day, in the office's zone."""
        day: dt.date = self.cleaned_data["expires_on"]
        return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))


class TokenForm(UntilForm):
    """A system and what it may do where."""

    name = forms.CharField(
        label=gettext_lazy("Name of the system"),
        max_length=100,
        help_text=gettext_lazy("As its own people call it, for example Satu Data Kota."),
    )
    region: Any = forms.ModelChoiceField(label=gettext_lazy("Region"), queryset=None)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("No more than it needs. You can only hand on what you may do yourself."),
    )
    per_minute = forms.IntegerField(
        label=gettext_lazy("Calls per minute"), min_value=1, max_value=MOST_CALLS_A_MINUTE, initial=120
    )
    field_order = ("name", "region", "scopes", "expires_on", "per_minute")

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region: Any = self.fields["region"]
        region.queryset = _regions(by)
        found: Any = self.fields["scopes"]
        found.choices = [
            (scope.name, f"{scope.label} ({scope.name})")
            for scope in registry.every()
            if all(by.region_prefixes(permission) for permission in scope.permissions)
        ]


def _shown_once(request: HttpRequest, client: Client, token: str) -> HttpResponse:
    answer = TemplateResponse(
        request,
        "clients/office_token.html",
        {
            **admin.site.each_context(request),
            "title": client.name,
            "client": client,
            "token": token,
            "back_url": reverse("admin:clients_client_change", args=[client.uid]),
        },
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _make(request: HttpRequest, _nobody: None, data: dict[str, Any]) -> HttpResponse:
    by: Any = request.user
    client, token = tokens.make(
        name=data["name"],
        scopes=data["scopes"],
        region_code=data["region"].code,
        expires_at=data["expires_on"],
        per_minute=data["per_minute"],
        by=by,
        now=clock.now(),
    )
    return _shown_once(request, client, token)


def _renew(request: HttpRequest, client: Client, data: dict[str, Any]) -> HttpResponse:
    by: Any = request.user
    client, token = tokens.renew(client=client, expires_at=data["expires_on"], by=by, now=clock.now())
    return _shown_once(request, client, token)


def _revoke(request: HttpRequest, client: Client, _data: dict[str, Any]) -> str:
    by: Any = request.user
    tokens.revoke(client=client, by=by, now=clock.now())
    return _("The token is revoked. The system can no longer call.")


@admin.register(Client)
class ClientAdmin(OfficeModelAdmin):
    """Other systems that may call, what they may do, and when they last did."""

    list_display = ("name", "region_code", "allowed", "state", "expires_at", "last_used_at")
    ordering = ("name", "pk")
    search_fields = ("name",)
    fields = (
        "name",
        "region_code",
        "allowed",
        "state",
        "token_tail",
        "per_minute",
        "expires_at",
        "last_used_at",
        "made_by",
        "created_at",
        "revoked_at",
    )
    readonly_fields = ("allowed", "state", "token_tail", "created_at")
    list_deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            name="buat",
            label=gettext_lazy("Make a token"),
            permission=PERMISSION,
            perform=_make,
            form=TokenForm,
            primary=True,
            text=gettext_lazy("For another system of the office. Whoever has the token can do what you allow here."),
        ),
    )
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            name="perbarui",
            label=gettext_lazy("New token for this system"),
            permission=PERMISSION,
            perform=_renew,
            form=UntilForm,
            available=lambda client: client.revoked_at is None,
            text=gettext_lazy("The old token stops working at once."),
        ),
        Deed(
            name="cabut",
            label=gettext_lazy("Revoke the token"),
            permission=PERMISSION,
            perform=_revoke,
            available=lambda client: client.revoked_at is None,
            danger=True,
        ),
    )

    def _run(self, request: HttpRequest, deed: Deed, obj: Any) -> HttpResponseBase:
        """What can be handed on is what the person holds."""
        if deed.form is TokenForm:
            deed = replace(deed, form=partial(TokenForm, by=request.user))
        return super()._run(request, deed, obj)

    @admin.display(description=gettext_lazy("What it may do"))
    def allowed(self, client: Client) -> str:
        return ", ".join(client.scopes)

    @admin.display(description=gettext_lazy("State"))
    def state(self, client: Client) -> str:
        if client.revoked_at:
            return _("Revoked")
        return _("In force") if client.works_at(clock.now()) else _("Ended")
