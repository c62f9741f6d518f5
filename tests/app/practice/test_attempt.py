"""The way through a question: forward only, and the truth not before the commit."""

import json
from typing import Any

import pytest

from app.practice import attempt as module
from app.practice.attempt import LEAST_REASON, MOST_TEXT, RUBRIC, SURE, Attempt, RefusedError
from app.practice.bank import EXERCISES
from app.practice.forms import KNOTS

NUMBER, CHOICE, SKETCH = "E1", "E4", "E9"
REASON = "the ramp counts from t + 1"


def ready(key: str = NUMBER, answer: Any = 0.0, seed: int = 0) -> Attempt:
    attempt = Attempt(key, seed)
    attempt.predict(answer)
    attempt.say_why(REASON)
    attempt.say_how_sure("sure")
    return attempt


def committed(**asked: Any) -> Attempt:
    attempt = ready(**asked)
    attempt.commit()
    return attempt


def test_the_phases_follow_in_their_order() -> None:
    attempt = Attempt(NUMBER, 0)
    seen = [attempt.phase]
    for step in (
        lambda: attempt.predict(1e-4),
        lambda: attempt.say_why(REASON),
        lambda: attempt.say_how_sure("guess"),
        attempt.commit,
        lambda: attempt.see("lower"),
    ):
        step()
        seen.append(attempt.phase)
    assert seen == ["predict", "why", "sure", "ready", "revealed", "reconciled"]


def test_a_commit_says_what_is_missing_until_nothing_is() -> None:
    attempt = Attempt(NUMBER, 0)
    for step, said in (
        (lambda: None, "Predict first."),
        (lambda: attempt.predict(0.0), "Say why."),
        (lambda: attempt.say_why("x" * (LEAST_REASON - 1)), "Say a little more about why."),
        (lambda: attempt.say_why(REASON), "Say how sure you are."),
    ):
        step()
        with pytest.raises(RefusedError) as refused:
            attempt.commit()
        assert str(refused.value) == said
        assert attempt.open
    attempt.say_how_sure("fairly")
    attempt.commit()
    assert not attempt.open


def test_nothing_is_worked_out_before_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(module, "judge", lambda *given: asked.append(given))
    attempt = ready()
    attempt.nudge()
    assert attempt.record == {}
    assert attempt.receipt == ""
    assert asked == []
    attempt.commit()
    assert len(asked) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda attempt: attempt.predict(1e-5),
        lambda attempt: attempt.clear(),
        lambda attempt: attempt.undo(),
        lambda attempt: attempt.say_why("something else altogether"),
        lambda attempt: attempt.say_how_sure("guess"),
        lambda attempt: attempt.nudge(),
    ],
)
def test_there_is_no_way_back_from_a_commit(act: Any) -> None:
    attempt = committed()
    before = attempt.record
    with pytest.raises(RefusedError):
        act(attempt)
    attempt.commit()
    assert attempt.record == before


@pytest.mark.parametrize(
    "act",
    [
        lambda attempt: attempt.see("same"),
        lambda attempt: attempt.tick("concrete", True),
        lambda attempt: attempt.name_neighbour(""),
    ],
)
def test_what_comes_after_the_reveal_is_refused_before(act: Any) -> None:
    with pytest.raises(RefusedError):
        act(ready())


@pytest.mark.parametrize("odd", [None, "0", True, float("nan"), float("inf"), -1.0, 2.0, [], {}, 10**400])
def test_a_number_that_cannot_be_meant_is_refused_and_what_stood_before_it_is_not_committed(odd: object) -> None:
    attempt = ready()
    with pytest.raises(RefusedError):
        attempt.predict(odd)
    with pytest.raises(RefusedError, match="Predict first"):
        attempt.commit()
    attempt.undo()
    assert attempt.answer == 0.0


def test_undo_takes_back_predictions_one_by_one_and_clear_is_one_of_them() -> None:
    attempt = Attempt(NUMBER, 0)
    for value in (0.1, 0.2):
        attempt.predict(value)
    attempt.clear()
    found = []
    while attempt.can_undo:
        attempt.undo()
        found.append(attempt.answer)
    assert found == [0.2, 0.1, None]


def test_a_sketch_needs_both_ends_and_its_gaps_are_filled() -> None:
    attempt = Attempt(SKETCH, 0)
    top = attempt.question.form.up.high
    heights: list[float | None] = [None] * KNOTS
    heights[0] = 0.0
    attempt.predict(heights)
    assert attempt.missing == "Draw up to the first and the last step"
    heights[-1] = top / 2
    attempt.predict(heights)
    attempt.say_why(REASON)
    attempt.say_how_sure("sure")
    attempt.commit()
    drawn = attempt.record["answer"]
    assert attempt.answer == drawn
    assert drawn == pytest.approx([top / 2 * n / (KNOTS - 1) for n in range(KNOTS)])


def test_pointer_and_sliders_give_the_same_judgement_for_the_same_knots() -> None:
    truth = EXERCISES[SKETCH].question(0).truth()
    by_pointer, by_slider = Attempt(SKETCH, 0), Attempt(SKETCH, 0)
    by_pointer.predict(truth)
    for index in range(KNOTS):
        by_slider.predict([*truth[: index + 1], *[None] * (KNOTS - 1 - index)])
    for attempt in (by_pointer, by_slider):
        attempt.say_why(REASON)
        attempt.say_how_sure("sure")
        attempt.commit()
    assert by_pointer.record == by_slider.record
    assert by_pointer.judgement is not None
    assert by_pointer.judgement.right


def test_nudges_come_one_by_one_and_are_counted() -> None:
    attempt = Attempt(NUMBER, 0)
    for count in (1, 2, 3, 3):
        attempt.nudge()
        assert attempt.nudges == count
    attempt = ready()
    attempt.nudge()
    attempt.commit()
    assert attempt.record["nudges"] == 1


def test_missing_twice_opens_the_worked_example() -> None:
    assert [Attempt(NUMBER, 0, misses=n).worked for n in range(4)] == [False, False, True, True]


def test_what_was_seen_is_checked_against_the_engine() -> None:
    attempt = committed(answer=0.0)
    attempt.see("lower")
    assert not attempt.saw_right
    attempt.see("higher")
    assert attempt.saw_right


def test_the_rubric_suggests_and_the_student_ticks() -> None:
    attempt = committed()
    assert attempt.suggestions["concrete"]
    assert "ramp" in attempt.suggestions["mechanism"]
    assert attempt.ticks == set()
    for line in RUBRIC:
        attempt.tick(line, True)
    attempt.tick("concrete", False)
    assert attempt.record["ticks"] == sorted(set(RUBRIC) - {"concrete"})


def test_a_receipt_is_the_predictions_own() -> None:
    assert committed().receipt == committed().receipt
    assert len({committed(answer=value).receipt for value in (0.0, 1e-5, 1e-4)}) == 3
    assert committed(seed=1).receipt != committed(seed=2).receipt


@pytest.mark.parametrize("key", [NUMBER, CHOICE, SKETCH])
def test_a_commit_comes_back_from_the_browsers_record_and_stays(key: str) -> None:
    first = Attempt(key, 3)
    wrong = first.question.wrong[0].value()
    first.predict(wrong if isinstance(wrong, str | list) else float(wrong))
    first.say_why(REASON)
    first.say_how_sure("fairly")
    first.nudge()
    first.commit()
    first.see("same")
    first.tick("concrete", True)
    kept = json.loads(json.dumps(first.record))
    again = Attempt(key, 3)
    again.recommit(kept)
    assert not again.open
    assert again.record == first.record
    with pytest.raises(RefusedError):
        again.predict(first.answer)


@pytest.mark.parametrize(
    "change",
    [
        {"exercise": CHOICE},
        {"seed": 4},
        {"answer": None},
        {"answer": "<img src=x>"},
        {"answer": [1] * 3},
        {"sure": "very"},
        {"reason": 7},
        {"remark": 5},
    ],
)
def test_a_record_that_cannot_be_one_brings_nothing_back(change: dict[str, Any]) -> None:
    record = {**committed(seed=3).record, **change}
    attempt = Attempt(NUMBER, 3)
    with pytest.raises(RefusedError):
        attempt.recommit(record)
    assert attempt.open
    assert attempt.answer is None


@pytest.mark.parametrize("odd", [{"seen": []}, {"seen": "nothing of the kind"}, {"neighbour": {}}, {"ticks": [[]]}])
def test_what_is_odd_in_a_record_beside_the_prediction_is_left_out(odd: dict[str, Any]) -> None:
    record = {**committed(seed=3).record, **odd}
    attempt = Attempt(NUMBER, 3)
    attempt.recommit(record)
    assert not attempt.open
    assert (attempt.seen, attempt.neighbour, attempt.ticks) == ("", "", set())


def test_long_words_are_cut() -> None:
    attempt = ready()
    attempt.say_why("x" * 10 * MOST_TEXT)
    assert len(attempt.reason) == MOST_TEXT


def test_a_sibling_has_other_numbers() -> None:
    for key in (NUMBER, CHOICE, SKETCH):
        attempt = Attempt(key, 999_999)
        assert dict(EXERCISES[key].question(attempt.next_seed).drawn) != dict(attempt.question.drawn)


def test_there_are_three_degrees_of_sureness() -> None:
    assert list(SURE) == ["guess", "fairly", "sure"]


def test_an_exercise_that_is_not_there_is_refused() -> None:
    with pytest.raises(RefusedError, match="no exercise"):
        Attempt("E99", 0)
