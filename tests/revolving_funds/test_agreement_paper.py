"""The agreement with a borrower names who owes, who lends and by which schedule, and who took it along is kept."""

import pytest

from foundation.audit.models import Event
from members.actions import looks
from revolving_funds import papers
from revolving_funds.actions import papers_of_loans
from revolving_funds.models import AgreementPaper, Application
from tests.factories import revolving_funds as make
from tests.factories.revolving_funds import NOW, TODAY

NIK = "1671014507850003"
pytestmark = pytest.mark.django_db


def paper() -> AgreementPaper:
    make.pool()
    person = make.owner()
    person.set_nik(NIK)
    person.save()
    return papers_of_loans.make(application=make.approved(person), by=make.treasurer(), now=NOW, on=TODAY)


def test_it_says_the_whole_identity_number_and_every_instalment() -> None:
    made = paper()
    application = Application.objects.get(pk=made.application_id)
    facts = papers.agreement_facts(application, number=made.number, on=TODAY)
    assert facts["nik"] == NIK
    assert facts["mode"] == "EXECUTING"  # so the bank has its place to sign
    assert [row[0] for row in facts["plan"]] == [str(number) for number in range(1, 11)]
    assert facts["plan"][0] == ["1", "18 Februari 2026", "Rp200.000", "Rp1.800.000"]
    assert facts["plan"][-1][-1] == "Rp0"


def test_its_fingerprint_is_that_of_what_it_says_and_changes_with_it() -> None:
    made = paper()
    application = Application.objects.get(pk=made.application_id)
    facts = papers.agreement_facts(application, number=made.number, on=TODAY)
    assert made.fingerprint == papers_of_loans.fingerprint(facts)
    assert made.fingerprint != papers_of_loans.fingerprint(facts | {"amount": "Rp2.000.001"})


def test_who_takes_it_along_is_written_down_each_time_and_told_to_the_borrower() -> None:
    made, by = paper(), make.treasurer()
    for _time in range(2):
        assert papers_of_loans.take(paper=made, by=by, now=NOW) == bytes(made.content)
    seen = Event.objects.about("members.person", made.application.person_id).filter(verb=looks.EXPORTED, actor_id=by.pk)
    assert [event.data for event in seen] == [{"list": made.number}] * 2
    assert Event.objects.filter(verb="agreement.opened", actor_id=by.pk).count() == 2
