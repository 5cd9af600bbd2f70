"""Examples of the schema; a test sends each one and gets the answer that it promises. The people are made up."""

from typing import Final

from drf_spectacular.utils import OpenApiExample

PERSON_IN: Final = OpenApiExample(
    "A new owner",
    {
        "full_name": "Nyimas Ratna Dewi",
        "nik": "1671044107850003",
        "phone": "0812 7100 0001",
        "village": "16.71.04.1001",
        "address": "Lr. Sepakat No. 4",
    },
    request_only=True,
)
PERSON_CHANGE: Final = OpenApiExample(
    "A new phone number", {"phone": "0812 7100 0002", "address": "Lr. Sepakat No. 7"}, request_only=True
)
NIK_IN: Final = OpenApiExample("By identity number", {"nik": "1671044107850003"}, request_only=True)
PERSON_OUT: Final = OpenApiExample(
    "An owner",
    {
        "uid": "5f0c1f5e-7c3e-4b7e-9a54-0f6a1f0f8a11",
        "full_name": "Nyimas Ratna Dewi",
        "nik": "•••• •••• •••• 0003",
        "sex": "FEMALE",
        "birth_date": "1985-07-01",
        "phone": "+6281271000001",
        "email": "",
        "village": "16.71.04.1001",
        "address": "Lr. Sepakat No. 4",
        "registered_at": "2026-11-21T10:00:00+07:00",
        "updated_at": "2026-11-21T10:00:00+07:00",
    },
    response_only=True,
)
BUSINESS_IN: Final = OpenApiExample(
    "A new business",
    {
        "owner": "5f0c1f5e-7c3e-4b7e-9a54-0f6a1f0f8a11",
        "name": "Keripik Nyimas",
        "kbli": "10794",
        "product": "Keripik singkong",
        "capital": 12_000_000,
        "annual_sales": 60_000_000,
        "workers": 2,
        "started_year": 2019,
    },
    request_only=True,
)
BUSINESS_CHANGE: Final = OpenApiExample("New figures", {"annual_sales": 84_000_000, "workers": 3}, request_only=True)
BUSINESS_OUT: Final = OpenApiExample(
    "A business",
    {
        "uid": "0d0a8a52-5b35-4c53-8f9c-8a0a3c7d7a10",
        "owner": "5f0c1f5e-7c3e-4b7e-9a54-0f6a1f0f8a11",
        "name": "Keripik Nyimas",
        "village": "16.71.04.1001",
        "address": "",
        "kbli": "10794",
        "product": "Keripik singkong",
        "capital": 12_000_000,
        "annual_sales": 60_000_000,
        "workers": 2,
        "started_year": 2019,
        "scale": "MICRO",
        "scale_basis": "SALES",
        "status": "ACTIVE",
        "registered_at": "2026-11-21T10:00:00+07:00",
        "updated_at": "2026-11-21T10:00:00+07:00",
    },
    response_only=True,
)
STATUS_IN: Final = OpenApiExample(
    "The business has closed",
    {"status": "CLOSED", "reason": "Pemilik pindah ke luar kota, warung sudah dibongkar."},
    request_only=True,
)
PERIODS_OUT: Final = OpenApiExample(
    "Open since 2026, now closed",
    {
        "status": "CLOSED",
        "reason": "Pemilik pindah ke luar kota, warung sudah dibongkar.",
        "via": "STAFF",
        "start_at": "2026-11-21T10:00:00+07:00",
        "end_at": None,
    },
    response_only=True,
)
LICENCE_IN: Final = OpenApiExample(
    "A NIB on paper",
    {"status": "HELD", "number": "9120304561237", "issued_on": "2024-03-05"},
    request_only=True,
)
LICENCE_OUT: Final = OpenApiExample(
    "A NIB",
    {
        "uid": "7f3a1f4d-52ac-4bb0-8dbf-9a7a3a6b6e01",
        "business": "0d0a8a52-5b35-4c53-8f9c-8a0a3c7d7a10",
        "kind": "NIB",
        "status": "HELD",
        "state": "HELD",
        "number": "9120304561237",
        "issued_on": "2024-03-05",
        "valid_to": None,
        "updated_at": "2026-11-21T10:00:00+07:00",
    },
    response_only=True,
)


def _page(name: str, row: OpenApiExample) -> OpenApiExample:
    """The last page of a list, with one record."""
    return OpenApiExample(name, {"next": None, "results": [row.value]}, response_only=True)


PERSONS_PAGE: Final = _page("The last page of owners", PERSON_OUT)
BUSINESSES_PAGE: Final = _page("The last page of businesses", BUSINESS_OUT)
LICENCES_PAGE: Final = _page("The last page of licences", LICENCE_OUT)
NIK_OUT: Final = OpenApiExample("A whole NIK", {"nik": "1671044107850003"}, response_only=True)
