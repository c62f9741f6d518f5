"""Laws that every exercise of the bank keeps, whatever its seed."""

import json
from typing import Any

import pytest

from app.model import Case, Lab
from app.practice.__main__ import main
from app.practice.attempt import Attempt
from app.practice.bank import EXERCISES
from app.practice.forms import SEEN, Choice, Number, Ordering, Place, Sketch
from app.practice.question import IDEAS, Question
from schedules import FAMILIES
from schedules.facts import number

SEEDS = range(5)
QUESTIONS = [pytest.param(key, seed, id=f"{key}-{seed}") for key in EXERCISES for seed in SEEDS]


def posed(key: str, seed: int) -> Question:
    return EXERCISES[key].question(seed)


@pytest.mark.parametrize(("key", "seed"), QUESTIONS)
def test_truth_and_wrong_answers_are_legal_and_apart(key: str, seed: int) -> None:
    question = posed(key, seed)
    truth = question.truth()
    assert question.form.same(question.form.legal(truth), truth)
    assert question.wrong
    for model in question.wrong:
        value = question.form.legal(model.value())
        assert not question.form.same(value, truth), model.name
        assert question.form.words(value) != question.form.words(truth)


@pytest.mark.parametrize(("key", "seed"), QUESTIONS)
def test_a_seed_always_asks_the_same(key: str, seed: int) -> None:
    first, second = posed(key, seed), posed(key, seed)
    assert (first.ask, dict(first.drawn)) == (second.ask, dict(second.drawn))
    assert first.truth() == second.truth()


@pytest.mark.parametrize("key", EXERCISES)
def test_other_seeds_ask_with_other_numbers(key: str) -> None:
    assert len({json.dumps(dict(posed(key, seed).drawn), default=str) for seed in range(20)}) >= 3


@pytest.mark.parametrize(("key", "seed"), QUESTIONS)
def test_nothing_that_is_shown_before_the_commit_gives_a_distinctive_number_away(key: str, seed: int) -> None:
    question = posed(key, seed)
    if not isinstance(question.form, Number | Place):
        return
    shown = " ".join([question.ask, *question.nudges, *question.worked()]).replace(",", "")
    truth = float(question.truth())
    given = {number(float(value)) for value in question.drawn.values() if isinstance(value, int | float)}
    for digits in (3, 4, 6):
        text = number(truth, digits).replace(",", "")
        if len(text.strip("0.")) >= 3 and text not in given:
            assert text not in shown


@pytest.mark.parametrize(("key", "seed"), QUESTIONS)
def test_the_reveal_is_a_legal_state_of_the_stage(key: str, seed: int) -> None:
    question, lab = posed(key, seed), Lab()
    if question.stage:
        lab.jump(question.stage)
        assert lab.notices == []
        assert lab.error == ""
        assert {name: lab.value_of(name) if hasattr(lab, name) else value for name, value in question.stage.items()}
    for family, values in question.compare:
        Case(
            family, tuple((spec.name, values[spec.name]) for spec in FAMILIES[family].params if spec.name in values)
        ).run()
    assert question.stage or question.picture or isinstance(question.form, Sketch | Place), (
        "nothing is shown on the reveal"
    )
    if question.picture:
        picture = question.picture()
        assert picture.lines
        for line in picture.lines:
            assert line.x.shape == line.y.shape
            assert line.name


@pytest.mark.parametrize("key", EXERCISES)
def test_an_exercise_is_whole(key: str) -> None:
    exercise, question = EXERCISES[key], posed(key, 0)
    assert exercise.idea in IDEAS
    assert exercise.title
    assert len(question.nudges) == 3
    assert "__" in question.nudges[2]
    assert question.worked()
    assert len(question.because()) > 30
    assert question.terms
    for model in question.wrong:
        assert model.assumes.endswith(".")
        assert model.parts.endswith(".")
        assert not model.name.endswith(".")
    assert question.form.kind in SEEN


@pytest.mark.parametrize(("key", "seed"), QUESTIONS)
def test_the_answer_of_each_wrong_model_is_told_apart_in_the_feedback(key: str, seed: int) -> None:
    question = posed(key, seed)
    for model in question.wrong:
        attempt = Attempt(key, seed)
        attempt.predict(answer_of(question, model.value()))
        attempt.say_why("for the sake of the test")
        attempt.say_how_sure("sure")
        attempt.commit()
        assert attempt.judgement is not None
        assert not attempt.judgement.right
        assert attempt.judgement.others[0].yours


@pytest.mark.parametrize(("key", "seed"), QUESTIONS)
def test_the_true_answer_is_right(key: str, seed: int) -> None:
    attempt = Attempt(key, seed)
    attempt.predict(answer_of(attempt.question, attempt.question.truth()))
    attempt.say_why("for the sake of the test")
    attempt.say_how_sure("guess")
    attempt.commit()
    assert attempt.judgement is not None
    assert attempt.judgement.right
    assert attempt.judgement.seen == "same"
    json.dumps(attempt.record)


def answer_of(question: Question, value: Any) -> Any:
    """Return a value as it comes from a browser."""
    if isinstance(question.form, Choice):
        return str(value)
    if isinstance(question.form, Ordering | Sketch):
        return list(value)
    return float(value)


def test_the_key_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["3"])
    printed = capsys.readouterr().out
    for key, exercise in EXERCISES.items():
        question = exercise.question(3)
        assert f"{exercise.title} (" in printed
        assert f"= {question.form.words(question.truth())}" in printed, key
