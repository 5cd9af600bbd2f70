"""Addresses of members: one's own profile and registration, and the assistant's people."""

from django.urls import URLPattern, include, path

from members.views import cases, claims, downloads, handovers, letters, licensing, people, privacy, registration

app_name = "members"


def _edits(prefix: str, name: str) -> list[URLPattern]:
    """The same change pages under `saya/` and under `binaan/<uid>/`."""
    return [
        path(f"{prefix}ubah/", people.person_edit, name=f"{name}person-edit"),
        path(f"{prefix}usaha/baru/", people.business_add, name=f"{name}business-add"),
        path(f"{prefix}usaha/<uuid:business>/", people.business_edit, name=f"{name}business-edit"),
        path(f"{prefix}usaha/<uuid:business>/izin/<slug:kind>/", people.licence_edit, name=f"{name}licence-edit"),
    ]


LICENSING = [
    path("", licensing.own_licences, name="licences"),
    path("kasus/", cases.case_list, name="case-list"),
    path("kasus/<uuid:uid>/", cases.case_detail, name="case"),
    path("kasus/<uuid:uid>/ambil/", cases.case_take, name="case-take"),
    path("kasus/<uuid:uid>/langkah/", cases.case_step, name="case-step"),
    path("kasus/<uuid:uid>/terbit/", cases.case_issued, name="case-issued"),
    path("kasus/<uuid:uid>/tarik/", cases.case_withdraw, name="case-withdraw"),
    path("kasus/<uuid:uid>/dokumen/<int:number>/", cases.case_document, name="case-document"),
    path("usaha/<uuid:business>/", licensing.checklist, name="licence-checklist"),
    path("usaha/<uuid:business>/<slug:kind>/bantuan/", licensing.licence_help, name="licence-help"),
    path("usaha/<uuid:business>/<slug:kind>/surat/", licensing.paper_add, name="licence-paper"),
    path("surat/<str:code>/", letters.letter_verify, name="letter-verify"),
    path("surat/<str:code>/unduh/", letters.letter_download, name="letter-download"),
]

urlpatterns = [
    path("izin/", include(LICENSING)),
    path("daftar/", registration.start, name="register"),
    path("daftar/data-dinas/", registration.claim, name="claim"),
    path("daftar/data-ada/", claims.ask, name="claim-ask"),
    path("daftar/data-ada/kode/", claims.send_code, name="claim-send-code"),
    path("daftar/<slug:step>/", registration.own_step, name="register-step"),
    path("saya/", people.profile, name="profile"),
    *_edits("saya/", "own-"),
    path("saya/usaha/<uuid:business>/alih/", handovers.offer, name="own-hand-over"),
    path("alih/<uuid:uid>/", handovers.answer, name="handover-answer"),
    path("data-saya/", privacy.my_data, name="my-data"),
    path("data-saya/siapa-melihat/", privacy.looks, name="my-data-looks"),
    path("data-saya/perbaikan/", privacy.correction, name="my-data-correction"),
    path("data-saya/batas/", privacy.limits, name="my-data-limits"),
    path("data-saya/batas/<slug:kind>/akhiri/", privacy.lift, name="my-data-lift"),
    path("data-saya/hapus/", privacy.erasure, name="my-data-erasure"),
    path("data-saya/permintaan/<uuid:uid>/batal/", privacy.take_back, name="my-data-take-back"),
    path("data-saya/salinan/", privacy.copy_start, name="my-data-copy-start"),
    path("data-saya/salinan/<uuid:uid>/", privacy.copy_page, name="my-data-copy"),
    path("data-saya/salinan/<uuid:uid>/berkas/", privacy.copy_file, name="my-data-copy-file"),
    path("binaan/", people.people_list, name="people-list"),
    path("binaan/unduh/", downloads.people_download, name="people-download"),
    path("binaan/daftar/", registration.assisted_start, name="assisted-start"),
    path("binaan/daftar/<uuid:uid>/<slug:step>/", registration.assisted_step, name="assisted-step"),
    path("binaan/<uuid:uid>/", people.person_detail, name="person-detail"),
    *_edits("binaan/<uuid:uid>/", ""),
]
