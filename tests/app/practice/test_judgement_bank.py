"""Who wins by the figures of the exercises on judgement, and what a paper supports by the table of claims."""

from typing import Any

import numpy as np
import pytest

from app.claims import CHECKED, CLAIMS, SGDR, SMITH
from app.practice.bank import EXERCISES
from app.practice.bank.judgement import ALIKE, GENERAL, PEAK
from app.practice.forms import Choice
from app.practice.question import Question
from app.practice.toy import final_loss
from schedules.contest import CONTESTANTS

BOTH = ("cosine", "warmup_cosine")


def ask(key: str, **params: Any) -> Question:
    return EXERCISES[key].ask(**params)


def wrong(question: Question, name: str) -> Any:
    return next(model.value() for model in question.wrong if model.name == name)


@pytest.mark.parametrize(
    ("noise", "T", "key", "loss", "slack"),
    [
        (0.0, 20, "constant", 0.0018, 5e-5),
        (0.01, 200, "cosine", 7.9e-7, 5e-9),
        (1.0, 20, "linear", 0.0395, 5e-5),
        (1.0, 200, "inverse_sqrt", 0.00713, 5e-6),
        (1.0, 2_000, "cosine", 0.00173, 5e-6),
    ],
)
def test_e37_five_cases_have_four_winners(noise: float, T: int, key: str, loss: float, slack: float) -> None:
    question = ask("E37", noise=noise, T=T, habits=BOTH)
    assert question.truth() == key
    ends = {each: final_loss(entry.curve(T, PEAK), noise=noise) for each, entry in CONTESTANTS.items()}
    assert min(ends, key=lambda each: ends[each]) == key
    assert ends[key] == pytest.approx(loss, abs=slack)
    assert question.picture is not None
    last = {line.name: line.y[-1] for line in question.picture().lines}
    assert min(last, key=lambda name: last[name]) == CONTESTANTS[key].title


def test_e37_each_habit_leads_to_a_schedule() -> None:
    question = ask("E37", noise=1.0, T=20, habits=("cosine", "constant", "warmup_cosine"))
    assert wrong(question, "cosine, whatever the case") == "cosine"
    assert wrong(question, "the larger the sum of the rates, the better") == "constant"
    assert wrong(question, "a warmup belongs to every run") == "warmup_cosine"


def test_e37_cosine_stands_among_the_wrong_answers_wherever_it_does_not_win() -> None:
    found = set()
    for seed in range(40):
        question = EXERCISES["E37"].question(seed)
        truth = question.truth()
        found.add(truth)
        assert (truth == "cosine") != ("cosine" in [model.value() for model in question.wrong])
    assert len(found) >= 4


def test_e37_peak_is_the_rate_that_shrinks_both_directions_alike() -> None:
    assert pytest.approx(2 / 11) == PEAK
    assert abs(1 - 10 * PEAK) == pytest.approx(abs(1 - PEAK))


@pytest.mark.parametrize("seed", range(30))
def test_e38_one_of_four_claims_is_supported_by_the_paper(seed: int) -> None:
    question = EXERCISES["E38"].question(seed)
    assert isinstance(question.form, Choice)
    source, truth = question.drawn["source"], question.truth()
    assert len(question.form.options) == 4
    supported = [key for key in question.form.options if (CLAIMS[key].status, CLAIMS[key].source) == (CHECKED, source)]
    assert supported == [truth]
    assert {truth, *(model.value() for model in question.wrong)} == set(question.form.options)
    assert all(question.form.options[key] == CLAIMS[key].sentence for key in question.form.options)
    assert CLAIMS[truth].section in question.because()


@pytest.mark.parametrize("seed", range(30))
def test_e38_each_wrong_model_leads_to_a_claim_of_its_kind(seed: int) -> None:
    question = EXERCISES["E38"].question(seed)
    source = question.drawn["source"]
    warmup = CLAIMS[wrong(question, "a paper on cycles supports warmup")]
    assert "warmup" in warmup.sentence
    assert warmup.status != CHECKED
    spoken = CLAIMS[wrong(question, "what a paper speaks of, it supports")]
    assert (spoken.status, spoken.source) == ("not checked", source)
    other = CLAIMS[wrong(question, "both papers on cycles support the same")]
    assert (other.status, {other.source, source}) == (CHECKED, {SMITH, SGDR})
    assert other.key not in (*GENERAL, *ALIKE)


def test_e38_asks_about_both_papers_and_many_claims() -> None:
    drawn = [EXERCISES["E38"].question(seed).drawn for seed in range(60)]
    assert {each["source"] for each in drawn} == {SMITH, SGDR}
    assert len({each["supported"] for each in drawn}) >= 8
    assert EXERCISES["E38"].status == CHECKED
    assert np.isin([*GENERAL, *ALIKE], list(CLAIMS)).all()
