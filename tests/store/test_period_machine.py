"""A period's life against an obvious model: whatever is tried in whatever order, both agree.

The model is a handful of sets, written from the specification and not from the program. Each rule
tries one command by one of a few people and compares: done or refused. Between the rules what the
store says of the period is what the model says, and its locks hold.

Faults seen to be caught: a step that stands after a return; a lock of a result that records came
after.
"""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from equivalents.errors import DataError
from equivalents.store.adjusting import adjust
from equivalents.store.engine import Store, open_store
from equivalents.store.locked import locked_periods
from equivalents.store.locking import check_locks, lock, unlock
from equivalents.store.periods import (
    answer,
    approve,
    life,
    object_to,
    pay,
    publish,
    send_back,
    submit,
)
from equivalents.store.periodsettle import settle_period
from equivalents.store.place import StorePlace
from equivalents.store.upgrading import upgrade
from equivalents.store.writing import head_of
from tests.proofs.counts import counts
from tests.store.lives import H1, H2, by, fill, import_rows
from tests.stores import new_place

PEOPLE = st.sampled_from(("甲", "乙", "丙", "丁"))
PLACES = st.sampled_from(("C01", "C02"))


class Model:
    """What the specification says of a period with two institutions."""

    def __init__(self) -> None:
        self.round = 1
        self.rows = 0  # how often late records came
        self.settled: int | None = None  # how many had come by then
        self.submitted: dict[str, str] = {}
        self.approved: dict[str, str] = {}
        self.published = self.confirmed = self.locked = self.paid = ""
        self.open: set[int] = set()
        self.objections = 0
        self.adjusted = 0

    @property
    def begun(self) -> bool:
        return bool(self.submitted)

    @property
    def all_approved(self) -> bool:
        return self.approved.keys() == {"C01", "C02"}

    def next_round(self) -> None:
        self.round += 1
        self.submitted, self.approved = {}, {}
        self.published = self.confirmed = self.locked = ""


class Life(RuleBasedStateMachine):
    """Commands by people, in any order."""

    template: StorePlace
    database: str
    server: str

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="life-"))
        place = new_place(self.database, self.folder, self.server)
        if self.database == "sqlite":
            shutil.copytree(self.template.file.parent, self.folder, dirs_exist_ok=True)
        else:
            upgrade(place)
        self.store = open_store(place, "甲")
        if self.database != "sqlite":
            fill(self.store)
        self.model = Model()
        self.entries = self.head()

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def head(self) -> int:
        with self.store.reading() as connection:
            found = head_of(connection)
        return found.seq if found else 0

    def tried(self, allowed: bool, step: object, who: str, *words: object, **more: object) -> bool:
        """Whether it was done, which is whether it is allowed."""
        try:
            step(by(self.store, who), H1, *words, **more)  # type: ignore[operator]
        except DataError:
            done = False
        else:
            done = True
        assert done == allowed, (step, who, words, vars(self.model))
        self.entries += done
        return done

    # -- the steps ---------------------------------------------------------------------------------

    @rule(who=PEOPLE)
    def settle(self, who: str) -> None:
        model = self.model
        before = model.settled
        if self.tried(not (model.begun or model.locked or model.paid), settle_period, who):
            model.settled = model.rows
            self.entries -= before == model.rows  # the same result is kept once

    @rule(who=PEOPLE, place=PLACES)
    def submits(self, who: str, place: str) -> None:
        model = self.model
        allowed = model.settled is not None and place not in model.submitted
        if self.tried(allowed, submit, who, place):
            model.submitted[place] = who

    @rule(who=PEOPLE, place=PLACES)
    def approves(self, who: str, place: str) -> None:
        model = self.model
        allowed = place in model.submitted and place not in model.approved
        if self.tried(allowed and model.submitted.get(place) != who, approve, who, place):
            model.approved[place] = who

    @rule(steps=st.integers(1, 6), late=st.integers(0, 12))
    def goes_on(self, steps: int, late: int) -> None:
        """What is due, by who may do it, perhaps with records that come meanwhile: otherwise few
        walks would come far.
        """
        for at in range(steps):
            model = self.model
            if at == late and model.rows < 3:
                self.late_records_come()
            if model.settled is None or (not model.begun and model.settled != model.rows):
                self.settle("甲")
            elif not model.all_approved:
                self.everybody_submits_and_approves()
            elif not model.published:
                self.publishes("甲")
            elif model.open:
                self.answers("甲", min(model.open))
            elif not model.confirmed:
                others = {*model.submitted.values(), *model.approved.values()}
                free = [one for one in ("丁", "丙", "乙", "甲") if one not in others]
                self.confirms(free[0], "2026-07-06") if free else self.returns("甲", "重算")
            elif not model.locked:
                self.locks("甲")
                if not model.locked:  # refused, since records came
                    self.returns("甲", "重算")
            elif not model.paid:
                self.pays("甲")

    @precondition(lambda self: self.model.settled is not None and not self.model.all_approved)
    @rule()
    def everybody_submits_and_approves(self) -> None:
        """By two people, so that two others are left."""
        model = self.model
        for place in ("C01", "C02"):
            if place not in model.submitted:
                self.submits("甲", place)
            if place not in model.approved:
                self.approves("乙" if model.submitted[place] != "乙" else "甲", place)

    @rule(who=PEOPLE)
    def publishes(self, who: str) -> None:
        model = self.model
        days = ("2026-07-01", "2026-07-05")
        if self.tried(model.all_approved and not model.published, publish, who, days):
            model.published = who

    @rule(who=PEOPLE, on=st.sampled_from(("", "2026-07-04", "2026-07-05", "2026-08-01")))
    def confirms(self, who: str, on: str) -> None:
        model = self.model
        ready = bool(model.published) and not model.confirmed and not model.open
        others = {*model.submitted.values(), *model.approved.values()}
        allowed = ready and who not in others and on >= "2026-07-05"
        if self.tried(allowed, approve, who, on=on):
            model.confirmed = who

    @rule(who=PEOPLE)
    def locks(self, who: str) -> None:
        model = self.model
        ready = bool(model.confirmed) and not model.locked
        if self.tried(ready and model.settled == model.rows, lock, who):
            model.locked, model.adjusted = who, model.rows

    @rule(who=PEOPLE)
    def pays(self, who: str) -> None:
        model = self.model
        if self.tried(bool(model.locked) and not model.paid, pay, who):
            model.paid = who

    # -- beside them -------------------------------------------------------------------------------

    @rule(who=PEOPLE)
    def objects(self, who: str) -> None:
        model = self.model
        allowed = bool(model.published) and not model.confirmed
        if self.tried(allowed, object_to, who, "算少了"):
            model.objections += 1
            model.open.add(model.objections)

    @rule(who=PEOPLE, number=st.integers(1, 3))
    def answers(self, who: str, number: int) -> None:
        if self.tried(number in self.model.open, answer, who, number, "已核"):
            self.model.open.discard(number)

    @rule(who=PEOPLE, why=st.sampled_from(("", "重算", "重算")))
    def returns(self, who: str, why: str) -> None:
        model = self.model
        allowed = model.begun and not model.locked and bool(why)
        if self.tried(allowed, send_back, who, why):
            model.next_round()

    @rule(who=PEOPLE, second=PEOPLE)
    def unlocks(self, who: str, second: str) -> None:
        model = self.model
        allowed = bool(model.locked) and not model.paid and second not in (who, model.locked)
        if self.tried(allowed, unlock, who, "补报", second):
            model.next_round()

    @precondition(lambda self: self.model.rows < 3)
    @rule()
    def late_records_come(self) -> None:
        model = self.model
        model.rows += 1
        days = "".join(f"C01,P02,MZ01,2026-06-{model.rows * 2 + n:02},1\n" for n in (0, 1))
        import_rows(self.store, days, f"补报{model.rows}")
        self.entries += 1

    @rule(who=PEOPLE)
    def adjusts(self, who: str) -> None:
        model = self.model
        if self.tried(bool(model.paid), adjust, who, H2):
            self.entries -= model.adjusted == model.rows  # nothing is owed: nothing is kept
            model.adjusted = model.rows

    # -- what always holds -------------------------------------------------------------------------

    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        model = self.model
        with self.store.reading() as connection:
            of = life(connection, H1)
            locked = [one.period.name for one in locked_periods(connection)]
            if model.locked:
                assert check_locks(connection) == []
        assert (of.round, {*of.objections}) == (model.round, model.open)
        steps = {("submitted", one) for one in model.submitted}
        steps |= {("approved", one) for one in model.approved}
        more = ("published", "confirmed", "locked", "paid")
        steps |= {(name, "") for name in more if getattr(model, name)}
        assert of.stands.keys() == steps
        assert locked == ([H1] if model.locked else [])
        assert self.head() == self.entries


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> StorePlace:
    """A store with its tables and records, to be copied."""
    place = new_place("sqlite", tmp_path_factory.mktemp("template"), "")
    upgrade(place)
    store: Store = open_store(place, "甲")
    fill(store)
    store.close()
    return place


LIVES = {"sqlite": counts(10, 300), "postgres": counts(2, 60)}


@pytest.mark.parametrize("database", LIVES)
def test_a_life_in_any_order(
    request: pytest.FixtureRequest, template: StorePlace, database: str
) -> None:
    server = request.getfixturevalue("postgres") if database == "postgres" else ""
    known = {"template": template, "database": database, "server": server}
    run_machine(
        type("LifeHere", (Life,), known),
        settings=settings(
            max_examples=LIVES[database],
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],  # to shorten a walk takes minutes
            suppress_health_check=[*HealthCheck],
        ),
    )
