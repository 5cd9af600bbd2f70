"""Every role at every address: pages, admin, API. `permission_table.txt` is the table; it is read by people too.

    +  works          L  is sent to the login        F  forbidden (403)        N  is not there (404)

The addresses come from the resolver and the deeds from the admin site, so a new one without a line fails here.
Write the lines of new addresses with `WRITE_PERMISSION_TABLE=1 pytest tests/test_permission_table.py` (delete a line to have
it written anew), then READ them: the table says what shall be, not what happens to be.
"""

import functools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from foundation.common.admin import OfficeModelAdmin
from members.models import Kbli, LicenceRule, LicenceTerm, RetentionRule, ScaleRule
from tests.factories.world import NOW, PEOPLE, World

TABLE = Path(__file__).with_name("permission_table.txt")
NAMES = list(PEOPLE)
# Whom `make test` asks: nobody, and an owner. `make ci` asks everybody.
ALWAYS = {"stranger", "owner"}
WRITE = bool(os.environ.get("WRITE_PERMISSION_TABLE"))
# Django's and the theme's own tools under every model's address; the catch-all behind the admin.
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
REGEX = re.compile(r"\(\?P<(\w+)>[^)]*\)")
MODEL = re.compile(r"^kantor/(\w+)/(\w+)/")
QUERY = {"/api/v1/figures/<slug:name>/": "?office=16.71", "/kantor/angka/<slug:name>/": "?office=16.71"}
ENDS_SESSION = {"/akun/keluar/", "/kantor/logout/"}
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def walk(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Every address that the resolver knows, as written in the urls."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from walk(entry, route)


def deeds(route: str) -> list[str]:
    """An admin address with a deed in it, once for each deed of that model."""
    found = MODEL.match(route)
    if "<slug:deed>" not in route or not found:
        return [route]
    site: dict[str, Any] = {m._meta.label_lower: a for m, a in admin.site._registry.items()}
    office = site[f"{found[1]}.{found[2]}"]
    assert isinstance(office, OfficeModelAdmin)
    names = office.deeds if "<uuid:uid>" in route else office.list_deeds
    return [route.replace("<slug:deed>", deed.name) for deed in names]


def addresses() -> list[str]:
    """All of them, once."""
    routes = [each for route in walk(get_resolver()) for each in deeds(route)]
    plain = [REGEX.sub(r"<\1>", route).replace("^", "").replace("$", "") for route in routes]
    return [f"/{route}" for route in dict.fromkeys(plain)]


def values(world: World, route: str) -> dict[str, Any]:
    """What stands in the places of the address: the objects of the world."""
    sections: list[tuple[str, dict[str, Any]]] = [
        (r"^kantor/angka/", {"name": "district_scale"}),
        (r"^kantor/unduh/", {"app": "members", "model": "person"}),
        (r"^kantor/<app_label>", {"app_label": "accounts"}),
        (r"^kantor/<url>", {"url": "tidak/ada"}),
        (r"^kantor/", admin_key(world, route)),
        (r"^akun/persetujuan/", {"purpose": "directory"}),
        (r"^berkas/", {"uid": world.file.uid}),
        (r"^pekerjaan/", {"uid": world.job.uid}),
        (r"^pemberitahuan/", {"uid": world.note.uid}),
        (r"^alih/", {"uid": world.hand_over.uid}),
        (r"^daftar/", {"step": "diri"}),
        (r"^data-saya/permintaan/", {"uid": world.data_request.uid}),
        (r"^data-saya/batas/", {"kind": "limit"}),
        (r"^data-saya/salinan/", {"uid": world.data_copy.uid}),
        (
            r"^saya/|^binaan/",
            {
                "uid": world.owner.uid,
                "business": world.business.uid,
                "kind": "nib",
                "step": "diri",
            },
        ),
        (r"^izin/kasus/", {"uid": world.case.uid, "number": 1}),
        (r"^izin/surat/", {"code": world.letter.code}),
        (r"^izin/usaha/", {"business": world.business.uid, "kind": "nib"}),
        (r"^pelatihan/kalender/wilayah/", {"code": "16.71.04"}),
        (r"^pelatihan/kalender/saya/", {"token": "x.y"}),
        (r"^pelatihan/rtl/", {"uid": world.step.uid}),
        (r"^pelatihan/usulan/", {"uid": world.wish.uid}),
        (r"^pelatihan/kelompok/", {"uid": world.community.uid}),
        (
            r"^pelatihan/",
            {
                "document_uid": world.document.uid,
                "uid": world.training.uid,
                "code": world.certificate.code,
                "enrolment_uid": world.enrolment.uid,
                "evaluation_uid": world.evaluation.uid,
                "scan_uid": world.scan.uid,
                "guest_uid": world.guest.uid,
                "device_uid": world.device.uid,
                "absence_uid": world.absence.uid,
                "token": world.room,
            },
        ),
        (r"^dana/permohonan/", {"uid": world.application.uid}),
        (r"^dana/bank/daftar/", {"uid": world.batch.uid}),
        (r"^dana/bank/", {"uid": world.paper.uid}),
        (r"^dana/survei/", {"uid": world.application.uid}),
        (r"^dana/kelompok/", {"uid": world.group.uid, "application": world.application.uid}),
        (r"^dana/pinjaman/", {"uid": world.loan.uid}),
        (r"^dana/kuitansi/", {"uid": world.repayment.uid}),
        (r"^dana/kunjungan/", {"uid": world.visit.uid}),
        (r"^forum/papan/", {"uid": world.topic.board.uid}),
        (r"^forum/t/|^forum/topik/", {"uid": world.topic.uid, "short": world.topic.short}),
        (r"^forum/tulisan/", {"uid": world.post.uid}),
        (r"^forum/moderasi/", {"uid": world.report.uid}),
        (r"^kabar/", {"token": world.token}),
        (r"^tugas/", {"uid": world.task.uid}),
        (r"^api/v1/figures/", {"name": "district_scale"}),
        (r"^api/v1/members/persons/", {"uid": world.owner.uid}),
        (r"^api/v1/members/businesses/", {"uid": world.business.uid, "kind": "nib"}),
        (r"^demo/", {"key": "yani"}),
    ]
    return next((found for pattern, found in sections if re.search(pattern, route)), {})


@functools.cache
def admin_rows(world: World) -> dict[str, Any]:
    """The row of each model that its addresses in the office face are asked for."""
    staff = world.people["staff"]
    assert staff is not None
    return {
        "accounts.user": staff,
        "accounts.assignment": staff.assignments.get(),
        "audit.event": world.event,
        "clients.client": world.client,
        "jobs.job": world.office_job,
        "members.importrun": world.upload,
        "ledger.transaction": world.transaction,
        "ledger.account": world.account,
        "notifications.message": world.message,
        "members.person": world.owner,
        "members.business": world.business,
        "members.licence": world.business.licences.get(kind="NIB"),
        "members.licencecase": world.case,
        "members.recommendationletter": world.letter,
        "members.licenceprocess": world.case.process,
        "members.licencerule": LicenceRule.objects.order_by("pk").first(),
        "members.licenceterm": LicenceTerm.objects.order_by("pk").first(),
        "members.datarequest": world.data_request,
        "members.breach": world.breach,
        "members.kbli": Kbli.objects.order_by("pk").first(),
        "members.scalerule": ScaleRule.objects.order_by("pk").first(),
        "members.retentionrule": RetentionRule.objects.order_by("pk").first(),
        "members.duplicatepair": world.pair,
        "members.merge": world.merge,
        "members.doubt": world.doubt,
        "members.claimrequest": world.claim,
        "members.stagerule": world.rule,
        "trainings.training": world.training,
        "trainings.enrolment": world.enrolment,
        "trainings.certificate": world.certificate,
        "trainings.yearplan": world.plan,
        "trainings.topicproposal": world.wish,
        "revolving_funds.application": world.application,
        "revolving_funds.appeal": world.appeal,
        "revolving_funds.groupapplication": world.group,
        "revolving_funds.loan": world.loan,
        "revolving_funds.repayment": world.repayment,
        "revolving_funds.statementfile": world.statement,
        "revolving_funds.statementline": world.line,
        "revolving_funds.linedifference": world.changed_line,
        "revolving_funds.balancereport": world.balances,
        "revolving_funds.difference": world.difference,
        "revolving_funds.filelayout": world.statement.layout,
        "revolving_funds.subsidyclaim": world.bill,
        "revolving_funds.bankbatch": world.batch,
        "revolving_funds.agreementpaper": world.paper,
        "revolving_funds.bankaccess": world.access,
        "ledger.period": world.period,
        "revolving_funds.pool": world.pool,
        "revolving_funds.tier": world.tier,
        "revolving_funds.policy": world.policy,
        "revolving_funds.agreementterms": world.terms,
        "revolving_funds.qualityscale": world.scale,
        "revolving_funds.loanstanding": world.standing,
        "revolving_funds.loancase": world.loan_case,
        "revolving_funds.visit": world.visit,
        "revolving_funds.promise": world.promise,
        "revolving_funds.recovery": world.recovery,
        "revolving_funds.capitalsource": world.source,
        "revolving_funds.referral": world.referral,
        "revolving_funds.agreement": world.pool.agreement,
        "forums.board": world.topic.board,
        "forums.topic": world.topic,
        "forums.report": world.report,
        "monitoring.checkin": world.checkin,
        "monitoring.response": world.response,
        "monitoring.task": world.task,
    }


def admin_key(world: World, route: str) -> dict[str, Any]:
    """The place of that row in an address, by uid or by key."""
    found = MODEL.match(route)
    row = admin_rows(world).get(f"{found[1]}.{found[2]}") if found else None
    key = getattr(row, "uid", None) or getattr(row, "pk", None)
    return {"uid": key, "object_id": key}


def path_of(world: World, route: str) -> str:
    """The address with the world's objects in it; fails for a place that nobody fills."""
    given = values(world, route.removeprefix("/"))

    def fill(match: re.Match[str]) -> str:
        assert given.get(match[1]), f"tests/test_permission_table.py does not know what {match[1]} is in {route}"
        return str(given[match[1]])

    return PLACE.sub(fill, route) + QUERY.get(route, "")


def letter(answer: HttpResponseBase) -> str:
    """What the answer means in the table."""
    code = answer.status_code
    if code in {301, 302}:
        target = answer.headers["Location"]
        return "L" if target.startswith(("/akun/masuk/", "/kantor/login/")) and "next=" in target else "+"
    return {200: "+", 401: "L", 403: "F", 404: "N"}.get(code, str(code))


def ask(client: Client, path: str) -> str:
    """GET, or POST where an address only takes that; whatever it did is undone."""
    with transaction.atomic():
        answer = client.get(path)
        if answer.status_code == 405:
            answer = client.post(path)
        found = letter(answer)
        if answer.streaming:
            b"".join(answer)  # a file that is served is open until it is read
        transaction.set_rollback(True)
    return found


def written() -> dict[str, list[str]]:
    """The table as it stands in the file."""
    lines = TABLE.read_text(encoding="utf-8").splitlines() if TABLE.exists() else []
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return {" ".join(row[: -len(NAMES)]): row[-len(NAMES) :] for row in rows}


def test_every_address_has_its_line_and_every_line_its_address() -> None:
    if not WRITE:
        assert sorted(set(addresses()) ^ set(written())) == []


def test_the_table_knows_no_answer_but_the_four() -> None:
    strange = {route: marks for route, marks in written().items() if set(marks) - set("+LFN")}
    assert strange == {}


@pytest.mark.parametrize("name", [pytest.param(each, marks=() if each in ALWAYS else pytest.mark.ci) for each in NAMES])
def test_each_role_gets_what_the_table_says(name: str) -> None:
    with time_machine.travel(NOW, tick=True):
        world = World()
        user = world.people[name]

        def fresh() -> Client:
            client = Client(raise_request_exception=False)
            if user is not None:
                client.force_login(user)
            return client

        client, found = fresh(), {}
        table, column = written(), NAMES.index(name)
        missing = [route for route in addresses() if table.get(route, ["?"] * len(NAMES))[column] == "?"]
        for route in missing if WRITE else addresses():
            found[route] = ask(client, path_of(world, route))
            if route in ENDS_SESSION:
                client = fresh()
    if WRITE:
        write(column, found)
        return
    wrong = [
        f"{route}: {name} {mark}, table {table[route][column]}"
        for route, mark in found.items()
        if route in table and mark != table[route][column]
    ]
    assert wrong == []


def write(column: int, found: dict[str, str]) -> None:
    """The missing cells of one column; every other cell stays as it is, lines of gone addresses go."""
    table = written()
    rows = {route: [*table.get(route, ["?"] * len(NAMES))] for route in addresses()}
    for route, mark in found.items():
        rows[route][column] = mark
    width = max(len(route) for route in rows) + 2
    head = "".join(f"{each:<12}" for each in NAMES)
    lines = [f"{route:<{width}}" + "".join(f"{mark:<12}" for mark in marks).rstrip() for route, marks in rows.items()]
    TABLE.write_text("\n".join([f"{'# address':<{width}}{head}".rstrip(), *lines]) + "\n", encoding="utf-8")
