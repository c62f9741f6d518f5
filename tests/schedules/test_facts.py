"""What is said of a curve must be true of it, in figures and in words."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schedules
from schedules import FAMILIES
from schedules.facts import count, key_value_rows, listed, number
from strategies import params_of

every_family = pytest.mark.parametrize("key", FAMILIES)
RATE = r"(\d[\d,]*(?:\.\d+)?(?:e-?\d+)?)"
STEP = r"(\d[\d,]*)"


def plain(text: str) -> float:
    return float(text.replace(",", ""))


def same(text: str, rate: float) -> bool:
    """Tell whether `text` is `rate` to three digits."""
    return plain(text) == pytest.approx(rate, rel=5.1e-3, abs=1e-300)


# Key values


@every_family
@given(data=st.data())
def test_key_values_are_read_off_the_curve(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key]))
    lr = schedules.curve(key, **values)
    found = schedules.key_values(key, **values)
    assert (found.first, found.last) == (lr[0], lr[-1])
    assert found.average == pytest.approx(lr.mean(), rel=1e-12)
    assert found.total == pytest.approx(lr.sum(), rel=1e-12)
    assert found.at_warmup == (lr[values["Tw"]] if values.get("Tw", lr.size) < lr.size else None)
    np.testing.assert_array_equal(found.restarts, schedules.restarts(key, **values))


def test_the_average_of_the_cosine_has_its_closed_form() -> None:
    T, Tw, top, floor = 10_000, 500, 3e-4, 3e-5
    found = schedules.key_values("warmup_cosine", T=T, Tw=Tw, eta_max=top, eta_min=floor)
    assert found.average == pytest.approx((top * (Tw + 1) / 2 + (top + floor) / 2 * (T - Tw)) / T, rel=1e-12)
    assert found.average == pytest.approx(1.64265e-4, rel=1e-9)


@every_family
def test_the_rows_are_the_same_six_for_every_family(key: str) -> None:
    rows = key_value_rows(schedules.run(key))
    labels = ["First rate", "Rate at Tw", "Last rate", "Average rate", "Sum of rates", "Restarts"]
    assert [label for label, _ in rows] == labels
    assert all(text for _, text in rows)
    if not FAMILIES[key].has("Tw"):
        assert dict(rows)["Rate at Tw"] == "no warmup"


def test_the_rows_of_the_seed_pages_run() -> None:
    run = schedules.run("warmup_cosine", T=10_000, Tw=500, eta_max=3e-4, eta_min=3e-5)
    assert key_value_rows(run) == [
        ("First rate", "6e-7"),
        ("Rate at Tw", "3e-4"),
        ("Last rate", "3e-5"),
        ("Average rate", "1.64265e-4"),
        ("Sum of rates", "1.64265"),
        ("Restarts", "0"),
    ]


@pytest.mark.parametrize("Tw", [100, 101, 5_000])
def test_a_run_that_ends_in_its_warmup_has_no_rate_at_its_end(Tw: int) -> None:
    assert dict(key_value_rows(schedules.run("constant", T=100, Tw=Tw)))["Rate at Tw"] == "not reached"


@pytest.mark.parametrize(
    ("T", "text"),
    [
        (10, "0"),
        (11, "1 (at update 10)"),
        (31, "3 (at updates 10, 20 and 30)"),
        (61, "6 (at updates 10, 20, 30, …, 60)"),
        (12_011, "1,201 (at updates 10, 20, 30, …, 12,010)"),
    ],
)
def test_restarts_are_counted_and_named(T: int, text: str) -> None:
    run = schedules.run("sgdr", T=T, Tw=0, cycle_length=10, restart_mult=1.0)
    assert dict(key_value_rows(run))["Restarts"] == text


# Sentences


@pytest.mark.parametrize(
    ("key", "params", "sentence"),
    [
        (
            "warmup_cosine",
            {},
            "Rises for 500 updates to 3e-4, then falls along half a cosine to 3e-5 at update 9,999; "
            "its average is 1.64e-4.",
        ),
        ("constant", {"T": 10, "Tw": 0, "eta_max": 0.5}, "Stays at 0.5 for 10 updates; its average is 0.5."),
        ("constant", {"T": 1, "Tw": 0, "eta_max": 0.5}, "A run of one update, at rate 0.5."),
        (
            "warmup_linear",
            {"T": 10, "Tw": 15, "eta_max": 0.3},
            "Rises for the whole run, 10 updates, to 0.2 and ends while still warming up, since Tw = 15 is more than "
            "T = 10; its average is 0.11.",
        ),
        (
            "warmup_cosine",
            {"T": 4, "Tw": 3, "eta_max": 0.3, "eta_min": 0.1},
            "Rises for 3 updates to 0.3, then ends at the peak of 0.3 with update 3; its average is 0.225. With "
            "Tw = T − 1 the only update after the warmup uses the peak, so the floor is never reached.",
        ),
        (
            "sgdr",
            {"T": 40, "Tw": 0, "eta_max": 1.0, "eta_min": 0.0, "cycle_length": 20, "restart_mult": 1.0},
            "Falls from 1 along half a cosine towards 0 again and again, with 1 restart (at update 20), and ends at "
            "0.00616 with update 39; its average is 0.525.",
        ),
        (
            "sgdr",
            {"T": 20, "Tw": 0, "eta_max": 1.0, "eta_min": 0.0, "cycle_length": 20},
            "Falls from 1 along half a cosine towards 0 in one whole cycle, and ends at 0.00616 with update 19; "
            "its average is 0.525.",
        ),
        (
            "sgdr",
            {"T": 10, "Tw": 0, "eta_max": 1.0, "eta_min": 0.0, "cycle_length": 20},
            "Falls from 1 along half a cosine towards 0 in one cycle that the run does not finish, and ends at 0.578 "
            "with update 9; its average is 0.843.",
        ),
        (
            "triangular",
            {"T": 100, "cycle_length": 2_000, "eta_max": 1.0, "eta_min": 0.0},
            "Rises from 0 in straight lines to 0.099 at update 99, in a first cycle that the run does not finish; "
            "its average is 0.0495.",
        ),
        (
            "triangular",
            {"T": 100, "cycle_length": 1, "eta_max": 1.0, "eta_min": 0.5},
            "Stays at 0.5 for 100 updates; its average is 0.5.",
        ),
        (
            "one_cycle",
            {"T": 5, "eta_max": 1.0},
            "Rises from 0.04 along half a cosine to 0.95 at update 1, then falls along half a cosine to 4e-6 at "
            "update 4; its average is 0.358.",
        ),
        (
            "wsd",
            {"T": 100, "Tw": 10, "eta_max": 1.0, "eta_min": 0.0, "cooldown": 0.2},
            "Rises for 10 updates to 1, then stays at 1 for 70 updates, then falls",
        ),
        (
            "polynomial",
            {"T": 50, "Tw": 0, "eta_max": 0.1, "eta_min": 1.0},
            "The floor is above the peak, so the curve is upside down.",
        ),
    ],
)
def test_a_curve_in_words(key: str, params: dict[str, Any], sentence: str) -> None:
    assert sentence in schedules.describe(key, **params)


def check_sentence(text: str, lr: np.ndarray) -> int:
    """Compare every figure in a sentence with the curve; return how many were compared."""
    T, checked = lr.size, 0
    spent = 0  # updates that the clauses before have told
    for found in re.finditer(rf"(?i)(rises|stays)(?: at {RATE})? for {STEP} updates?(?: to {RATE})?", text):
        verb, level, length, target = found.groups()
        stretch = lr[spent : spent + int(plain(length))]
        spent += stretch.size
        if verb.lower() == "stays":
            assert same(level, stretch[0])
            assert np.ptp(stretch) <= 1e-9 * stretch.max()
        else:
            assert same(target, stretch[-1])
            assert (np.diff(stretch) > 0).all()
        checked += 1
    for found in re.finditer(rf"(?i)(falls|rises)( from {RATE})?[^;]*? to {RATE} at update {STEP}", text):
        verb, _, origin, target, step = found.groups()
        assert same(target, lr[int(plain(step))])
        assert origin is None or same(origin, lr[0])
        before = lr[0] if origin else lr[max(0, spent - 1)]
        assert (lr[int(plain(step))] < before) == (verb.lower() == "falls") or origin is None
        checked += 1
    for found in re.finditer(rf"ends at (?:the peak of )?{RATE} with update {STEP}", text):
        assert same(found[1], lr[-1])
        assert plain(found[2]) == T - 1
        checked += 1
    for found in re.finditer(rf"for the whole run, {STEP} updates?,(?: to| and ends at the peak of) {RATE}", text):
        assert plain(found[1]) == T
        assert same(found[2], lr[-1])
        checked += 1
    for found in re.finditer(rf"between {RATE} and {RATE}", text):
        assert same(found[1], lr.min())
        assert same(found[2], lr.max())
        checked += 1
    for found in re.finditer(rf"its average is {RATE}", text):
        assert same(found[1], lr.mean())
        checked += 1
    return checked


@every_family
@settings(max_examples=100)
@given(data=st.data())
def test_every_figure_in_a_sentence_is_true(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key]))
    lr = schedules.curve(key, **values)
    text = schedules.describe(key, **values)
    assert text[0].isupper()
    assert text.endswith(".")
    assert not re.search(r"\b(nan|inf|None)\b|\[|\{", text)
    assert not re.search(r"\b0 (updates|peaks|restarts)", text)
    if lr.size == 1:
        assert text == f"A run of one update, at rate {number(lr[0], 3)}."
    else:
        assert check_sentence(text, lr) >= 2


@given(data=st.data())
def test_the_restarts_in_a_sentence_are_those_of_the_curve(data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES["sgdr"], eta_max=1.0, eta_min=0.1))
    found = re.search(rf"with {STEP} restarts? \(at updates? ([^)]*)\)", schedules.describe("sgdr", **values))
    restarts = schedules.restarts("sgdr", **values)
    if found is None:  # cycles of one update hold the peak, and nothing is seen to restart
        assert restarts.size == 0 or (schedules.curve("sgdr", **values)[restarts[0] - 1 :] == 1).all()
    else:
        assert plain(found[1]) == restarts.size
        assert found[2] == listed(restarts)


# Numbers in words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (3e-4, "3e-4"),
        (1.64265e-4, "1.64265e-4"),
        (0.001, "0.001"),
        (0.0009999, "9.999e-4"),
        (0.1, "0.1"),
        (1, "1"),
        (12.5, "12.5"),
        (1234.5678, "1,234.57"),
        (10_000, "10,000"),
        (999_999.7, "1,000,000"),
        (1e6, "1e6"),
        (1.5e9, "1.5e9"),
        (0.99999999, "1"),
        (5e-324, "4.94066e-324"),
        (-0.25, "-0.25"),
    ],
)
def test_numbers_in_their_shortest_notation(value: float, text: str) -> None:
    assert number(value) == text


@given(value=st.floats(1e-300, 1e12), digits=st.integers(1, 9))
def test_a_number_in_words_is_the_number_to_so_many_digits(value: float, digits: int) -> None:
    assert plain(number(value, digits)) == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits))


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ([7], "7"),
        ([1, 2], "1 and 2"),
        ([1, 2, 3_000], "1, 2 and 3,000"),
        ([1, 2, 3, 4], "1, 2, 3 and 4"),
        ([1, 2, 3, 4, 5_000], "1, 2, 3, …, 5,000"),
    ],
)
def test_steps_in_words(steps: list[int], text: str) -> None:
    assert listed(np.array(steps)) == text


def test_counts_in_words() -> None:
    assert [count(n, "update") for n in (0, 1, 2, 1_000)] == ["0 updates", "1 update", "2 updates", "1,000 updates"]
