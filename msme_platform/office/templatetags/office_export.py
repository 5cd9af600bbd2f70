"""The way from a list to its file."""

from typing import Any

from django import template

from msme_platform.office import exports

register = template.Library()


@register.simple_tag(takes_context=True)
def office_export(context: Any, cl: Any) -> str:
    """Where the list's download is posted to, with its filters; '' for who may not take it along."""
    return exports.links(context["request"], cl)
