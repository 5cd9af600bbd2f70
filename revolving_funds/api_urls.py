"""Addresses of the bank's door."""

from django.urls import path

from revolving_funds import api

urlpatterns = [
    path("loans/", api.Loans.as_view(), name="bank-loans"),
    path("repayments/", api.Payments.as_view(), name="bank-repayments"),
    path("confirmations/", api.Confirmations.as_view(), name="bank-confirmations"),
    path("balances/", api.Balances.as_view(), name="bank-balances"),
]
