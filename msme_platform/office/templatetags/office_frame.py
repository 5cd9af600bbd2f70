"""The frame of the office face: head, side bar and head line, put together without a template for each part of them."""

from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.context import RequestContext
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from foundation.common.numbers import grouped
from msme_platform.office import navigation

register = template.Library()

SHEETS = (
    "unfold/fonts/inter/styles.css",
    "unfold/fonts/material-symbols/styles.css",
    "css/tokens.css",
    "css/components.css",
    "css/kantor.css",
    "unfold/css/styles.css",
)
SCRIPTS = (
    "unfold/js/alpine/alpine.anchor.js",
    "unfold/js/alpine/alpine.persist.js",
    "unfold/js/alpine/alpine.sort.js",
    "unfold/js/alpine/alpine.resize.js",
    "unfold/js/alpine/alpine.js",
    "js/office.js",
    "js/upload.js",
)
SCRIPTS_NOW = ("unfold/js/htmx/htmx.js", "unfold/js/chart/chart.js", "unfold/js/app.js")


@register.simple_tag
@cache
def office_head() -> SafeString:
    """Style sheets, scripts and colours: the same on every page."""
    colours_of: Any = settings.UNFOLD["COLORS"]
    colours = "".join(
        f"--color-{name}-{weight}:{value};" for name, weights in colours_of.items() for weight, value in weights.items()
    )
    parts = [
        format_html('<link rel="icon" type="image/svg+xml" href="{}">', static("img/favicon.svg")),
        *(format_html('<link href="{}" rel="stylesheet">', static(sheet)) for sheet in SHEETS),
        *(format_html('<script src="{}" defer></script>', static(script)) for script in SCRIPTS),
        *(format_html('<script src="{}"></script>', static(script)) for script in SCRIPTS_NOW),
        format_html(
            '<style id="unfold-theme-colors">:root{{--border-radius:{};{}}}</style>',
            settings.UNFOLD["BORDER_RADIUS"],
            mark_safe(colours),  # noqa: S308 -- of the settings
        ),
    ]
    return mark_safe("\n".join(parts))  # noqa: S308 -- each part is safe


@register.simple_tag(takes_context=True)
def office_side(context: RequestContext) -> SafeString:
    """The lists that this person may see, with what waits in them; the page one is on is marked."""
    request: Any = context["request"]
    waiting, groups = navigation.side(request.user)
    at = _current([item.url for group in groups for item in group.items], request)
    parts: list[Any] = []
    for group in groups:
        if group.title:
            parts.append(format_html('<h2 class="side__title">{}</h2>', group.title))
        parts.append(mark_safe('<ul class="side">'))
        for item in group.items:
            count = sum(waiting.get(key, 0) for key in item.queues)
            mark = mark_safe(' aria-current="page"') if item.url == at else ""
            number = format_html("<b>{}</b>", grouped(count)) if count else ""
            parts.append(
                format_html(
                    '<li><a href="{}"{}>{}<span>{}</span>{}</a></li>', item.url, mark, item.drawing, item.title, number
                )
            )
        parts.append(mark_safe("</ul>"))
    return mark_safe("".join(parts))  # noqa: S308 -- each part is safe


def _current(urls: list[str], request: HttpRequest) -> str:
    """The longest address that this page lies under; the desk only for itself."""
    desk = urls[0] if urls else ""
    under = [url for url in urls if request.path == url or (url != desk and request.path.startswith(url))]
    return max(under, key=len, default="")


@register.simple_tag(takes_context=True)
def office_title(context: RequestContext) -> SafeString:
    """Where one is: the list and the row in it, else the page's title."""
    opts, row = context.get("opts"), context.get("original") or context.get("object")
    parts: list[tuple[str, str]] = []
    if opts:
        app = opts.app_config
        parts.append((reverse("admin:app_list", args=[app.label]), capfirst(app.verbose_name)))
        url = navigation.list_url(opts.label_lower)
        known = row is not None and not isinstance(row, str) and url
        parts.append((url if known else "", capfirst(str(opts.verbose_name_plural))))
        if known:
            parts.append(("", capfirst(str(row))))
    else:
        parts.append(("", capfirst(str(context.get("content_title") or context.get("title") or ""))))
    return format_html_join(
        mark_safe('<span class="head__part" aria-hidden="true">/</span>'),
        "{}",
        (
            (format_html('<a href="{}">{}</a>', url, text) if url else format_html("<span>{}</span>", text),)
            for url, text in parts
        ),
    )


@register.simple_tag(takes_context=True)
def office_back(context: RequestContext) -> str:
    """From a row's page the way back to its list, as it was filtered; '' elsewhere."""
    opts, request = context.get("opts"), context["request"]
    if not opts or not (context.get("original") or context.get("object")):
        return ""
    url, kept = navigation.list_url(opts.label_lower), request.GET.get("_changelist_filters", "")
    return f"{url}?{kept}" if url and kept else url
