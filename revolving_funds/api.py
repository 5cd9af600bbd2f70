"""The bank's door: confirmations, repayments and balances, signed, once each, for the bank's own loans alone."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, cast

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.accounts.models import User
from foundation.clients.api import KEY_PARAMETER, answered_once
from foundation.clients.authentication import ClientAuthentication, Needs, PerMinute
from foundation.common import clock
from members.actions import looks
from members.models import Person
from revolving_funds import signing
from revolving_funds.actions import balances, bank_access, bank_door
from revolving_funds.bank_files import MOST
from revolving_funds.models import BankAccess, Loan

PAGE = 100
SIGNED = [
    OpenApiParameter(
        "X-Guyub-Timestamp",
        str,
        OpenApiParameter.HEADER,
        required=True,
        description="Seconds since 1970; at most 300 seconds off.",
    ),
    OpenApiParameter(
        "X-Guyub-Nonce",
        str,
        OpenApiParameter.HEADER,
        required=True,
        description="16 to 64 characters, new for each call.",
    ),
    OpenApiParameter(
        "X-Guyub-Signature",
        str,
        OpenApiParameter.HEADER,
        required=True,
        description="Hexadecimal HMAC-SHA256, with the secret of the access, over five lines joined by a line feed: timestamp, nonce, method, path with query, hexadecimal SHA-256 of the body.",
    ),
]


class Signed(BasePermission):
    """The call carries a right signature of an access to a bank."""

    def has_permission(self, request: Request, view: Any) -> bool:
        access = BankAccess.objects.filter(user_id=request.user.pk).first() if request.user.is_authenticated else None
        if access is None:
            return False
        headers = request.headers
        try:
            signing.check(
                secret=access.secret,
                signature=headers.get("X-Guyub-Signature", ""),
                timestamp=headers.get("X-Guyub-Timestamp", ""),
                nonce=headers.get("X-Guyub-Nonce", ""),
                method=str(request.method),
                path=request.get_full_path(),
                body=request.body,
                caller=str(access.pk),
            )
        except signing.BadSignatureError as fault:
            raise exceptions.AuthenticationFailed(
                _("The signature is not right: %(part)s.") % {"part": fault}
            ) from fault
        return True


class BankView(APIView):
    authentication_classes = [ClientAuthentication]
    permission_classes = [Needs, Signed]
    throttle_classes = [PerMinute]
    needed: dict[str, str] = {}


def _done(request: Request, deed: Callable[[], dict[str, Any]]) -> Response:
    """Once per key. A rule that refuses is answered with 409 and leaves no trace, not even of the key."""
    return answered_once(request, lambda: Response(deed(), status=201))


class PaymentIn(serializers.Serializer[Any]):
    reference = serializers.CharField(max_length=60, help_text="The bank's own reference, once for each payment.")
    number = serializers.CharField(max_length=30, help_text="Loan number.")
    amount = serializers.IntegerField(min_value=1, max_value=MOST, help_text="Whole rupiah.")
    paid_on = serializers.DateField(help_text="The day the borrower paid.")


class PaymentOut(serializers.Serializer[Any]):
    receipt = serializers.CharField()
    number = serializers.CharField()
    left = serializers.IntegerField(help_text="Left of the loan, whole rupiah.")


class ConfirmationIn(serializers.Serializer[Any]):
    number = serializers.CharField(max_length=30, help_text="Number of the agreement, as in the batch.")
    answer = serializers.ChoiceField(choices=["DISBURSED", "REFUSED"])
    disbursed_on = serializers.DateField(required=False)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ConfirmationOut(serializers.Serializer[Any]):
    number = serializers.CharField()
    status = serializers.CharField()
    loan = serializers.CharField(allow_blank=True)


class BalanceIn(serializers.Serializer[Any]):
    number = serializers.CharField(max_length=60)
    balance = serializers.IntegerField(min_value=0, max_value=MOST)


class BalancesIn(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    rows = BalanceIn(many=True, allow_empty=False)


class BalancesOut(serializers.Serializer[Any]):
    loans = serializers.IntegerField()
    differences = serializers.IntegerField()


class LoanOut(serializers.Serializer[Any]):
    number = serializers.CharField()
    borrower = serializers.CharField()
    amount = serializers.IntegerField()
    left = serializers.IntegerField()
    disbursed_on = serializers.DateField()
    status = serializers.CharField()


class LoansOut(serializers.Serializer[Any]):
    loans = LoanOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="Send it as `after` for the next page.")


PAYMENT = {"reference": "TRX-20260216-000123", "number": "1671-2026-000042", "amount": 200000, "paid_on": "2026-02-16"}
REFUSAL = {"number": "PJ-1671-2026-000043", "answer": "REFUSED", "reason": "Rekening tidak aktif"}
PAID = {"receipt": "KW-1671-2026-000123", "number": "1671-2026-000042", "left": 1600000}
DISBURSED = {"number": "PJ-1671-2026-000042", "answer": "DISBURSED", "disbursed_on": "2026-01-16"}
DISBURSED_OUT = {"number": "PJ-1671-2026-000042", "status": "DISBURSED", "loan": "1671-2026-000042"}
REFUSED_OUT = {"number": "PJ-1671-2026-000043", "status": "REJECTED", "loan": ""}
COMPARED = {"loans": 1, "differences": 0}
LOANS = {
    "loans": [
        {
            "number": "1671-2026-000042",
            "borrower": "Yani Kurniasih",
            "amount": 2000000,
            "left": 1800000,
            "disbursed_on": "2026-01-16",
            "status": "OPEN",
        }
    ],
    "next": None,
}
BALANCES = {"as_of": "2026-02-28", "rows": [{"number": "1671-2026-000042", "balance": 1800000}]}


class Payments(BankView):
    needed = {"POST": "revolving_funds.report_as_bank"}

    @extend_schema(
        operation_id="bank_repayment",
        tags=["bank"],
        parameters=[KEY_PARAMETER, *SIGNED],
        request=PaymentIn,
        responses={201: PaymentOut},
        examples=[
            OpenApiExample("instalment", value=PAYMENT, request_only=True),
            OpenApiExample("booked", value=PAID, response_only=True, status_codes=["201"]),
        ],
        summary="A borrower has paid an instalment",
    )
    def post(self, request: Request) -> Response:
        found = PaymentIn(data=request.data)
        found.is_valid(raise_exception=True)
        user = cast("User", request.user)
        return _done(
            request,
            lambda: bank_door.repay(by=user, now=clock.now(), on=clock.today(), **found.validated_data),
        )


class Confirmations(BankView):
    needed = {"POST": "revolving_funds.report_as_bank"}

    @extend_schema(
        operation_id="bank_confirmation",
        tags=["bank"],
        parameters=[KEY_PARAMETER, *SIGNED],
        request=ConfirmationIn,
        responses={201: ConfirmationOut},
        examples=[
            OpenApiExample("paid out", value=DISBURSED, request_only=True),
            OpenApiExample("refusal", value=REFUSAL, request_only=True),
            OpenApiExample("became a loan", value=DISBURSED_OUT, response_only=True, status_codes=["201"]),
            OpenApiExample("refused", value=REFUSED_OUT, response_only=True, status_codes=["201"]),
        ],
        summary="An approved loan was paid out, or the bank refuses it",
    )
    def post(self, request: Request) -> Response:
        found = ConfirmationIn(data=request.data)
        found.is_valid(raise_exception=True)
        user = cast("User", request.user)
        return _done(
            request,
            lambda: bank_door.confirm(by=user, now=clock.now(), on=clock.today(), **found.validated_data),
        )


class Balances(BankView):
    needed = {"POST": "revolving_funds.report_as_bank"}

    @extend_schema(
        operation_id="bank_balances",
        tags=["bank"],
        parameters=[KEY_PARAMETER, *SIGNED],
        request=BalancesIn,
        responses={201: BalancesOut},
        examples=[
            OpenApiExample("month end", value=BALANCES, request_only=True),
            OpenApiExample("compared", value=COMPARED, response_only=True, status_codes=["201"]),
        ],
        summary="What is left of each loan on a day",
    )
    def post(self, request: Request) -> Response:
        found = BalancesIn(data=request.data)
        found.is_valid(raise_exception=True)
        user, values = cast("User", request.user), found.validated_data

        def deed() -> dict[str, int]:
            office, bank = bank_door.one_office(user, clock.today())
            rows = [(row["number"], row["balance"]) for row in values["rows"]]
            text = json.dumps([bank.code, str(values["as_of"]), sorted(rows)])
            report, _new = balances.report(
                office=office,
                bank=bank,
                as_of=values["as_of"],
                rows=rows,
                name="API",
                digest=hashlib.sha256(text.encode()).hexdigest(),
                by=user,
                now=clock.now(),
                on=clock.today(),
            )
            return {"loans": report.row_count, "differences": report.difference_count}

        return _done(request, deed)


class Loans(BankView):
    needed = {"GET": "revolving_funds.report_as_bank"}

    @extend_schema(
        operation_id="bank_loans",
        tags=["bank"],
        parameters=[OpenApiParameter("after", str, description="The last number of the page before."), *SIGNED],
        responses={200: LoansOut},
        examples=[OpenApiExample("last page", value=LOANS, response_only=True, status_codes=["200"])],
        summary="The bank's own loans, in the order of their numbers",
    )
    def get(self, request: Request) -> Response:
        user = cast("User", request.user)
        bank = bank_access.bank_of(user)
        rows = Loan.objects.visible_to(user, "revolving_funds.report_as_bank").of_bank(bank)
        after = request.query_params.get("after", "")
        page = list(rows.filter(number__gt=after).select_related("person", "account").order_by("number")[: PAGE + 1])
        loans = [
            {
                "number": row.number,
                "borrower": row.person.full_name,
                "amount": row.amount,
                "left": row.account.balance,
                "disbursed_on": row.disbursed_on.isoformat(),
                "status": row.status,
            }
            for row in page[:PAGE]
        ]
        people = Person.objects.filter(pk__in={row.person_id for row in page[:PAGE]}).values("pk")
        looks.note_page(people=people, by=user, way="api", now=clock.now())
        return Response({"loans": loans, "next": loans[-1]["number"] if len(page) > PAGE else None})
