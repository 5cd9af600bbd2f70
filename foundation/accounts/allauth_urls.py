"""The names that allauth's flows look up, on our pages. What is not here does not exist: email lists, social login."""

from django.urls import path

from foundation.accounts import second_factor, views

urlpatterns = [
    path("masuk/", views.login, name="account_request_login_code"),
    path("masuk/petugas/", views.staff_login, name="account_login"),
    path("masuk/petugas/kode/", second_factor.SecondStepView.as_view(), name="mfa_authenticate"),
    path("kode/", views.code, name="account_confirm_login_code"),
    path("kode/", views.code, name="account_verify_phone"),
    path("daftar/", views.signup, name="account_signup"),
    path("keluar/", views.logout, name="account_logout"),
    path("ditutup/", views.inactive, name="account_inactive"),
    path("pastikan/", second_factor.PasswordAgainView.as_view(), name="account_reauthenticate"),
    path("pastikan/kode/", second_factor.SecondStepAgainView.as_view(), name="mfa_reauthenticate"),
    path("keamanan/", second_factor.SecurityView.as_view(), name="mfa_index"),
    path("keamanan/aplikasi/", second_factor.EnrolView.as_view(), name="mfa_activate_totp"),
    path("keamanan/aplikasi/lepas/", second_factor.DropView.as_view(), name="mfa_deactivate_totp"),
    path("keamanan/cadangan/", second_factor.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path("keamanan/cadangan/baru/", second_factor.NewRecoveryCodesView.as_view(), name="mfa_generate_recovery_codes"),
]
