"""From a number of a figure to the list behind it."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def list_url(name: str, **filters: str) -> str:
    """Address of an office list with its filters set, '' where the office face has no such list."""
    query = urlencode({key: value for key, value in filters.items() if value})
    try:
        address = reverse(f"admin:{name}_changelist")
    except NoReverseMatch:
        return ""
    return f"{address}?{query}" if query else address
