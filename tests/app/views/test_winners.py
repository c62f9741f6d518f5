"""The map of winners: right in every cell, worked out only when it is looked at, and loaded by a click."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.model import Lab
from app.training import Trainer
from app.views.winners import CONDITIONS, LENGTHS, LONGEST, Winners, noises_for
from schedules.contest import CONTESTANTS
from schedules.expectation import expect
from schedules.optimizers import SGD, HeavyBall, Optimizer
from schedules.problems import Quadratic

ALL = list(CONTESTANTS.values())
SETTINGS: list[dict[str, Any]] = [
    {},
    {"optimizer": "momentum", "beta": 0.8},
    {"eta_max": 4.2e-4},
    {"sharpness": 2.0, "eta_max": 1.3, "condition": 7.0, "start_sharp": 0.0, "start_flat": -2.0},
    {"across": "condition", "T": 300},
    {"across": "condition", "T": 1, "optimizer": "momentum"},
    {"eta_max": 1000.0},
]


class Page:
    """A state, its map, and what waits to be worked on."""

    def __init__(self, **state: Any) -> None:
        self.lab = Lab()
        self.lab.assign(state)
        self.waiting: list[Callable[[], None]] = []
        self.trainer = Trainer(self.lab, lambda _work: None, lambda: None)
        self.winners = Winners(self.lab, self.trainer, self.waiting.append)
        self.lab.param.watch(lambda _event: self.winners.refresh(), "revision")

    def work(self) -> int:
        """Do what waits until nothing does, and return how many calls it took."""
        calls = 0
        while self.waiting:
            assert len(self.waiting) == 1
            self.waiting.pop()()
            calls += 1
        return calls

    def opened(self) -> "Page":
        """Open the fold and wait."""
        self.winners.open = True
        self.work()
        return self

    def press(self, row: Any, column: Any, **more: Any) -> None:
        """Click a cell."""
        version = self.winners.map.get("version")
        self.winners.pressed = {"act": "load", "row": row, "column": column, "version": version, "seq": 1, **more}


@pytest.fixture
def contests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The columns that are worked out."""
    made: list[str] = []
    for name in ("over_lengths", "over_conditions"):
        real = getattr(__import__("app.views.winners", fromlist=[name]), name)

        def spy(*args: Any, real: Any = real, name: str = name) -> Any:
            made.append(name)
            return real(*args)

        monkeypatch.setattr(f"app.views.winners.{name}", spy)
    return made


def optimizer_of(lab: Lab) -> Optimizer:
    return HeavyBall(lab.beta) if lab.optimizer == "momentum" else SGD()


def losses(lab: Lab, noise: float, place: float) -> list[float]:
    """Return the expected final loss of every contestant in one case, each run by itself."""
    T = int(place) if lab.across == "length" else lab.T
    kappa = lab.condition if lab.across == "length" else place
    problem = Quadratic(lab.sharpness, kappa, noise, (lab.start_sharp, lab.start_flat))
    ends = [expect(problem, optimizer_of(lab), who.curve(T, lab.eta_max), every=T).loss[0, -1] for who in ALL]
    return np.nan_to_num(ends, nan=np.inf, posinf=np.inf).tolist()


@pytest.mark.parametrize("state", SETTINGS, ids=str)
def test_every_cell_is_what_each_schedule_comes_to_by_itself(state: dict[str, Any]) -> None:
    page = Page(**state).opened()
    columns = LENGTHS if page.lab.across == "length" else CONDITIONS
    shown = page.winners.map
    noises = [float(text.replace(",", "")) for text in shown["rows"]]
    assert [float(text.replace(",", "")) for text in shown["columns"]] == list(columns)
    assert noises == sorted(noises, reverse=True)
    assert noises[-1] == 0
    for row, noise in enumerate(noises):
        for column, place in enumerate(columns):
            look, text, name = shown["cells"][row][column]
            loss = losses(page.lab, noise, place)
            first, second, *_ = sorted(loss)
            best = ALL[int(np.argmin(loss))]
            if look == "lost":
                assert (text, name[:12]) == ("×", "All diverge ")
                kappa = page.lab.condition if page.lab.across == "length" else place
                problem = Quadratic(page.lab.sharpness, kappa, 0.0, (page.lab.start_sharp, page.lab.start_flat))
                assert min(losses(page.lab, 0.0, place)) > problem.loss(problem.origin)
            elif look.startswith("tie"):
                assert first == second or second / first < 1.01 + 1e-6
                assert (text, name[:4]) == ("tie", "Tie ")
            else:
                assert first == 0 or second / first > 1.01 - 1e-6
                assert (look, text) == (f"win-{best.key}", best.letter)
                assert name.startswith(f"{best.title} wins at noise {shown['rows'][row]}, ")
                assert f"{shown['columns'][column]}: final loss " in name


def test_a_cell_in_words() -> None:
    cells = Page().opened().winners.map["cells"]
    assert cells[3][8] == [
        "win-cosine",
        "∿",
        "Cosine wins at noise 30, T 10,000: final loss 0.00394, 1.07 times lower than the next (Warmup, then cosine)",
    ]
    assert cells[2][0] == [
        "tie win-linear also-warmup_cosine",
        "tie",
        "Tie at noise 300, T 20 of Linear; Warmup, then cosine; Cosine: final loss 20.9, less than 1 % apart",
    ]


def test_where_all_diverge_it_says_so() -> None:
    shown = Page(eta_max=1.0, across="condition", T=100).opened().winners.map
    assert {look for row in shown["cells"] for look, _text, _name in row} == {"lost"}
    assert shown["sentence"] == "No schedule wins: all diverge in each of the 72 cells."


@pytest.mark.parametrize("state", SETTINGS, ids=str)
def test_legend_and_sentence_count_the_cells(state: dict[str, Any]) -> None:
    shown = Page(**state).opened().winners.map
    looks = Counter(look.split()[0] for row in shown["cells"] for look, _text, _name in row)
    assert [letter for _look, letter, _title, _wins in shown["legend"]][:6] == [who.letter for who in ALL]
    for look, _letter, _title, wins in shown["legend"]:
        assert str(looks.pop(look, 0)) in wins.split()
    assert not looks
    best = max(ALL, key=lambda who: sum(f"win-{who.key}" == cell[0] for row in shown["cells"] for cell in row))
    wins = sum(f"win-{best.key}" == cell[0] for row in shown["cells"] for cell in row)
    assert (f"{best.title} wins {wins} of " in shown["sentence"]) == (
        wins > 0 and shown["sentence"].startswith("No schedule wins everywhere")
    )


def test_no_schedule_wins_everywhere() -> None:
    assert Page().opened().winners.map["sentence"] == (
        "No schedule wins everywhere: Constant wins 35 of 81 cells; "
        "Inverse square root 17; Cosine 16; Linear 6; Step 1; 6 ties."
    )


def test_one_that_is_beaten_nowhere_is_said_to_be() -> None:
    # At so small a peak nothing arrives, and only the noise tells: the less is taken up, the better.
    sentence = Page(eta_max=1e-9, T=100, across="condition").opened().winners.map["sentence"]
    assert sentence == "Inverse square root is beaten nowhere on this map: it wins 8 of 72 cells; 64 ties."


@pytest.mark.parametrize("optimizer", [SGD(), HeavyBall(0.9)], ids=repr)
def test_the_rows_span_the_noise_that_holds_the_loss_at_its_start(optimizer: Optimizer) -> None:
    problem, eta = Quadratic(5000.0, 100.0, 0.0, (1.0, 1.0)), 3e-4
    *_, held, most = noises_for(problem, optimizer, eta)
    noisy = Quadratic(problem.sharpness, 1.0, held, (1.0, 0.0))
    steady = expect(noisy, optimizer, np.full(20_000, eta)).variance[0, -1, 0]
    assert 0.4 < steady < 1.8  # of a start at 1; the row is rounded to one digit, 1.5 to 1 or 2
    assert most == pytest.approx(10 * held)


@pytest.mark.parametrize("sharpness", [1e-3, 1e8])
@pytest.mark.parametrize("eta_max", [1e-12, 1e3])
@pytest.mark.parametrize("start", [0.0, 1e-300, 1e3])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
def test_extreme_settings_have_a_map_of_legal_noises(
    sharpness: float, eta_max: float, start: float, optimizer: str
) -> None:
    state = {"sharpness": sharpness, "eta_max": eta_max, "start_sharp": start, "start_flat": start}
    page = Page(**state, optimizer=optimizer, across="condition", T=50).opened()
    noises = [float(text.replace(",", "")) for text in page.winners.map["rows"]]
    assert len(set(noises)) == 9
    assert 0 <= min(noises) <= max(noises) <= 1e8


def test_nothing_is_worked_out_while_the_fold_is_closed(contests: list[str]) -> None:
    page = Page()
    page.lab.assign({"sharpness": 100.0})
    assert (page.waiting, page.winners.map, page.winners.stale) == ([], {}, False)
    page.winners.open = True
    assert (page.winners.stale, len(page.waiting)) == (True, 1)
    page.winners.open = False
    page.work()
    assert (contests, page.winners.map) == ([], {})


def test_noise_and_run_length_only_move_the_outline(contests: list[str]) -> None:
    page = Page().opened()
    assert (contests, page.winners.here) == (["over_lengths"] * 9, [3, 8])
    page.lab.assign({"noise": 0.0, "T": 300, "family": "sgdr", "axis": "log"})
    assert (page.winners.here, page.winners.stale, page.waiting) == ([8, 3], False, [])
    page.lab.assign({"noise": 1e8, "T": 1})
    assert page.winners.here == [0, 0]
    page.lab.assign({"noise": 1e-9})
    assert page.winners.here == [8, 0]
    assert len(contests) == 9


def test_across_conditions_the_run_length_counts_and_the_condition_does_not(contests: list[str]) -> None:
    page = Page(across="condition", T=100).opened()
    assert (contests, page.winners.here) == (["over_conditions"] * 8, [3, 4])
    page.lab.assign({"condition": 1e6})
    assert (page.winners.here, page.winners.stale) == ([3, 7], False)
    page.lab.assign({"T": 200})
    assert page.winners.stale
    page.work()
    assert page.winners.map["head"] == "Condition number κ, at T 200"
    page.lab.assign({"T": 1_000_000})
    assert page.winners._question().T == LONGEST


def test_the_newest_state_wins(contests: list[str]) -> None:
    page = Page().opened()
    contests.clear()
    before = page.winners.map
    for eta_max in (1e-4, 2e-4, 1e-5):
        page.lab.assign({"eta_max": eta_max})
    assert (len(page.waiting), page.winners.stale, contests) == (1, True, [])
    page.waiting.pop()()  # the question has just changed, so it waits for once
    assert contests == []
    page.work()
    assert (len(contests), page.winners.stale) == (9, False)
    assert page.winners.map != before
    fresh = Page(eta_max=1e-5).opened().winners.map
    assert page.winners.map | {"version": 0} == fresh | {"version": 0}


def test_a_change_in_the_middle_of_the_work_begins_anew(monkeypatch: pytest.MonkeyPatch, contests: list[str]) -> None:
    monkeypatch.setattr("app.views.winners.SLICE", 1e-9)  # a column in each slice
    page = Page()
    page.winners.open = True
    for _ in range(4):
        page.waiting.pop()()
    assert (len(contests), page.winners.map) == (4, {})
    page.lab.assign({"eta_max": 1e-4})
    page.work()
    assert len(contests) == 4 + 9
    assert page.winners.map | {"version": 0} == Page(eta_max=1e-4).opened().winners.map | {"version": 0}


def test_a_map_that_was_there_comes_back_at_once(contests: list[str]) -> None:
    page = Page().opened()
    shown = page.winners.map
    page.lab.assign({"across": "condition", "T": 100})
    page.work()
    contests.clear()
    page.lab.assign({"across": "length"})
    assert (contests, page.winners.stale) == ([], False)
    assert page.winners.map["cells"] == shown["cells"]


@pytest.mark.parametrize("across", ["length", "condition"])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_a_click_loads_the_case_with_its_winner_and_undo_takes_it_back(across: str, optimizer: str) -> None:
    page = Page(across=across, optimizer=optimizer, T=700, problem="logistic").opened()
    lab, shown = page.lab, page.winners.map
    seen = set()
    for row in range(9):
        for column in range(len(shown["columns"])):
            look, _text, name = shown["cells"][row][column]
            if look in seen:
                continue
            seen.add(look)
            before = lab.state
            page.press(row, column)
            noise, place = (float(shown[axis][i].replace(",", "")) for axis, i in (("rows", row), ("columns", column)))
            assert (lab.problem, lab.noise) == ("quadratic", noise)
            assert (lab.T if across == "length" else lab.condition) == place
            assert lab.optimizer == ("sgd" if optimizer == "adam" else optimizer)
            loss = losses(lab, noise, place)
            winner = ALL[int(np.argmin(loss))]
            assert np.array_equal(lab.run.lr, winner.curve(lab.T, lab.eta_max))
            trained = expect(page.trainer.problem, page.trainer.optimizer, lab.run.lr).loss[0, -1]
            assert trained == pytest.approx(min(loss))
            assert lab.notices == [f"{winner.title} wins this case: {name.split(': ', 1)[1]}."] or look[:4] == "tie "
            assert page.winners.here == [row, column]
            assert not page.winners.stale
            lab.undo()
            assert lab.state == before
    assert len(seen) > 3


def test_a_case_where_all_diverge_can_be_looked_at() -> None:
    page = Page(eta_max=1.0).opened()
    page.press(0, 0)
    assert page.lab.T == 20
    assert page.lab.notices[0].startswith("All diverge in this case, and ")


def test_the_columns_are_chosen_by_a_message() -> None:
    page = Page().opened()
    page.winners.pressed = {"act": "across", "value": "condition", "seq": 1}
    assert (page.lab.across, page.winners.across) == ("condition", "condition")


@pytest.mark.parametrize(
    "index", [-1, 9, 10**400, None, "0", 0.0, float("nan"), True, [], {}], ids=lambda i: str(i)[:9]
)
def test_a_cell_that_is_not_there_cannot_be_pressed(index: Any) -> None:
    page = Page().opened()
    before = page.lab.revision
    page.press(index, 0)
    page.press(0, index)
    page.press(0, 0, version=index)
    assert page.lab.revision == before


@pytest.mark.parametrize(
    "pressed",
    [
        {},
        {"act": "load"},
        {"act": [], "row": 0, "column": 0, "version": 1},
        {"act": "undo", "row": 0, "column": 0, "version": 1},
        {"act": "load", "row": 0, "column": 0, "version": 0},
        {"act": "load", "row": 0, "column": 0, "version": 2},
        {"act": "load", "row": 0, "column": 0},
        {"act": "across"},
        {"act": "across", "value": "noise"},
        {"act": "across", "value": ["length"]},
        {"act": "across", "value": 1},
    ],
    ids=repr,
)
def test_a_message_that_makes_no_sense_does_nothing(pressed: dict[str, Any]) -> None:
    page = Page().opened()
    before = page.lab.revision
    page.winners.pressed = pressed
    assert page.lab.revision == before


def test_no_cell_can_be_pressed_before_there_is_a_map_or_while_it_is_another_states() -> None:
    page = Page()
    page.press(0, 0, version=0)
    page.winners.open = True
    page.press(0, 1, version=0)
    page.work()
    page.lab.assign({"eta_max": 1e-5})
    before = page.lab.revision
    page.press(0, 0)
    assert page.lab.revision == before
    page.work()
    page.press(0, 0)
    assert page.lab.revision == before + 1


@pytest.mark.parametrize(
    ("state", "note"),
    [
        ({}, ""),
        ({"optimizer": "momentum"}, ""),
        ({"optimizer": "adam"}, "The map is exact for SGD and momentum on the quadratic; shown for SGD."),
        (
            {"problem": "logistic"},
            "The map is exact for SGD and momentum on the quadratic; "
            "shown for the quadratic with the same sharpness and condition.",
        ),
        (
            {"problem": "logistic", "optimizer": "adam"},
            "The map is exact for SGD and momentum on the quadratic; "
            "shown for SGD on the quadratic with the same sharpness and condition.",
        ),
    ],
)
def test_it_says_where_the_map_is_for_other_settings(state: dict[str, Any], note: str) -> None:
    page = Page(**state).opened()
    assert page.winners.note == note
    shown = "momentum" if state.get("optimizer") == "momentum" else "sgd"
    assert page.winners.map["cells"] == Page(optimizer=shown).opened().winners.map["cells"]
