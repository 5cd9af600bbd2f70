"""The outbox in the office face. Codes are masked in the stored text already."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.notifications import kinds, tasks
from foundation.notifications.actions import dispatch
from foundation.notifications.models import Message


def _again(request: HttpRequest, message: Message, _data: dict[str, Any]) -> str:
    by: Any = request.user
    dispatch.send_again(message=message, by=by, now=clock.now())
    tasks.send_waiting.delay_on_commit()
    return _("The message is on its way again.")


@admin.register(Message)
class MessageAdmin(OfficeModelAdmin):
    """What was told to whom, how and whether it arrived."""

    list_display = ("recipient_name", "title", "channel", "status", "attempts", "created_at", "sent_at")
    list_filter = ("status", "channel", "kind")
    search_fields = ("recipient_name", "address")
    ordering = ("-created_at", "-pk")
    fields = (
        "recipient_name",
        "address",
        "channel",
        "kind",
        "title",
        "body",
        "url",
        "status",
        "error",
        "attempts",
        "next_try_at",
        "created_at",
        "sent_at",
        "delivered_at",
        "read_at",
    )
    readonly_fields = ("created_at",)
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed(
            name="kirim-ulang",
            label=gettext_lazy("Send again"),
            permission="notifications.send_message",
            perform=_again,
            primary=True,
            text=gettext_lazy("If it says Perhaps sent, the person may receive it twice."),
            available=lambda row: (
                row.status in {Message.Status.FAILED, Message.Status.UNKNOWN} and not kinds.get(row.kind).secret
            ),
        ),
    )
