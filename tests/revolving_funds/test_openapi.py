"""What a bank's programmers read before they write: each call with what goes in and what comes back."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from revolving_funds import api

CALLS = {
    "/api/v1/bank/repayments/": ("post", "201", api.PaymentIn, api.PaymentOut),
    "/api/v1/bank/confirmations/": ("post", "201", api.ConfirmationIn, api.ConfirmationOut),
    "/api/v1/bank/balances/": ("post", "201", api.BalancesIn, api.BalancesOut),
    "/api/v1/bank/loans/": ("get", "200", None, api.LoansOut),
}


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return dict(schema["paths"])


def examples(part: dict[str, Any]) -> list[Any]:
    return [one["value"] for one in part["content"]["application/json"]["examples"].values()]


@pytest.mark.parametrize("path", CALLS)
def test_every_call_has_an_example_of_what_goes_in_and_of_what_comes_back(paths: dict[str, Any], path: str) -> None:
    method, status, asked, answered = CALLS[path]
    call = paths[path][method]
    if asked is not None:
        for value in examples(call["requestBody"]):
            assert asked(data=value).is_valid()
    for value in examples(call["responses"][status]):
        assert set(answered(value).data) == set(value)


def test_a_confirmation_shows_both_answers(paths: dict[str, Any]) -> None:
    call = paths["/api/v1/bank/confirmations/"]["post"]
    assert [value["answer"] for value in examples(call["requestBody"])] == ["DISBURSED", "REFUSED"]
    assert [value["status"] for value in examples(call["responses"]["201"])] == ["DISBURSED", "REJECTED"]
