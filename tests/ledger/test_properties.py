"""Any run of postings, reversals and repeats: the book and a plain dictionary agree at every step."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from foundation.ledger import queries
from foundation.ledger.actions import journal
from foundation.ledger.errors import KeyReused, LedgerError
from foundation.ledger.models import Account, Transaction
from tests.factories.ledger import BOOK, NOW, TODAY, account, capital, move

CODES = ["pool", "loan", "excess"]
deeds = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.sampled_from([*CODES, "capital"]), st.sampled_from(CODES), st.integers(1, 9)),
        st.tuples(st.just("repeat"), st.integers(0, 20), st.integers(0, 1), st.just(0)),
        st.tuples(st.just("reverse"), st.integers(0, 20), st.just(0), st.just(0)),
    ),
    max_size=25,
)


class Model:
    """What the book should be: balances, the moves that stand, which of them are reversed."""

    def __init__(self) -> None:
        self.balances = dict.fromkeys(CODES, 0)
        self.moves: list[tuple[str, str, int, Transaction]] = []
        self.reversed: set[int] = set()

    def allows(self, source: str, amount: int, target: str) -> bool:
        return source in {"capital", target} or self.balances[source] >= amount

    def apply(self, source: str, target: str, amount: int) -> None:
        if source in self.balances:
            self.balances[source] -= amount
        if target in self.balances:
            self.balances[target] += amount


def play(model: Model, number: int, deed: tuple) -> None:
    kind, one, two, amount = deed
    by_code = {"capital": capital(), **{code: account(code) for code in CODES}}
    if kind == "move" and one != two:
        allowed = model.allows(one, amount, two)
        try:
            entry = move(f"m{number}", amount, to=by_code[two], source=by_code[one])
        except LedgerError:
            assert not allowed
        else:
            assert allowed
            model.apply(one, two, amount)
            model.moves.append((one, two, amount, entry))
    elif kind == "repeat" and one < len(model.moves):
        source, target, first, entry = model.moves[one]
        try:
            again = move(entry.idem_key, first + two, to=by_code[target], source=by_code[source])
        except KeyReused:
            assert two
        else:
            assert (two, again.pk) == (0, entry.pk)
    elif kind == "reverse" and one < len(model.moves):
        source, target, first, entry = model.moves[one]
        allowed = one not in model.reversed and model.allows(target, first, source)
        try:
            journal.reverse(original=entry, business_date=TODAY, key=f"r{number}", by=None, now=NOW, memo="x")
        except LedgerError:
            assert not allowed
        else:
            assert allowed
            model.apply(target, source, first)
            model.reversed.add(one)


class TestBook(TestCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(deeds)
    def test_the_book_follows_the_model(self, run: list[tuple]) -> None:
        model = Model()
        for number, deed in enumerate(run):
            play(model, number, deed)
        found = dict(Account.objects.filter(code__in=CODES).values_list("code", "balance"))
        assert {code: found.get(code, 0) for code in CODES} == model.balances
        assert Transaction.objects.count() == len(model.moves) + len(model.reversed)
        assert not [finding for finding in queries.proof(BOOK) if finding.fault_count]
