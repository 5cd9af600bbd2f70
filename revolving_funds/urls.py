from django.urls import path

from revolving_funds import appeal_views, bank_views, field, group_views, survey_views, views

app_name = "revolving_funds"

urlpatterns = [
    path("", views.ladder, name="ladder"),
    path("modal-lain/", field.capital, name="capital"),
    path("kunjungan/", field.visits, name="visits"),
    path("kunjungan/<uuid:uid>/", field.visit, name="visit"),
    path("bank/", bank_views.home, name="bank"),
    path("bank/kirim/", bank_views.send, name="bank-send"),
    path("bank/pinjaman/", bank_views.loans, name="bank-loans"),
    path("bank/selisih/", bank_views.differences, name="bank-differences"),
    path("bank/daftar/<uuid:uid>/unduh/", bank_views.batch, name="bank-batch"),
    path("bank/perjanjian/<uuid:uid>/", bank_views.agreement, name="bank-agreement"),
    path("bank/jawaban/<uuid:uid>/", bank_views.answer, name="bank-answer"),
    path("survei/", survey_views.visits, name="surveys"),
    path("survei/ponsel/", survey_views.frame, name="survey-frame"),
    path("survei/kunci/", survey_views.key, name="survey-key"),
    path("survei/<uuid:uid>/", survey_views.visit, name="survey"),
    path("survei/<uuid:uid>/kirim/", survey_views.bring, name="survey-bring"),
    path("kelompok/", group_views.enter, name="group-enter"),
    path("kelompok/<uuid:uid>/", group_views.group, name="group"),
    path("kelompok/<uuid:uid>/kirim/", group_views.send, name="group-send"),
    path("kelompok/<uuid:uid>/bubar/", group_views.dissolve, name="group-dissolve"),
    path("kelompok/<uuid:uid>/keluar/<uuid:application>/", group_views.leave, name="group-leave"),
    path("permohonan/mulai/", views.start, name="application-start"),
    path("permohonan/<uuid:uid>/", views.application_detail, name="application-detail"),
    path("permohonan/<uuid:uid>/usaha/", views.business_step, name="application-business"),
    path("permohonan/<uuid:uid>/kebutuhan/", views.need_step, name="application-need"),
    path("permohonan/<uuid:uid>/berkas/", views.papers_step, name="application-papers"),
    path("permohonan/<uuid:uid>/kirim/", views.send_step, name="application-send"),
    path("permohonan/<uuid:uid>/keberatan/", appeal_views.file, name="appeal"),
    path("permohonan/<uuid:uid>/keberatan/tarik/", appeal_views.take_back, name="appeal-take-back"),
    path("permohonan/<uuid:uid>/tarik/", views.withdraw, name="application-withdraw"),
    path("pinjaman/<uuid:uid>/", views.loan_detail, name="loan-detail"),
    path("kuitansi/<uuid:uid>/", views.receipt, name="receipt"),
    path("kuitansi/<uuid:uid>/unduh/", views.receipt_download, name="receipt-download"),
    path("kuitansi/<uuid:uid>/periksa/", views.receipt_verify, name="receipt-verify"),
]
