"""What single sections say is what the engine gives."""

import numpy as np
import pytest

import schedules
from app.lesson import demo, neighbours, programs
from app.lesson.cues import CUES, Inquiry
from app.lesson.equations import Equations, tint
from app.lesson.intuition import Intuition
from app.lesson.names import CLOCKS, LIBRARIES, ROWS
from app.model import Lab
from schedules import FAMILIES, SHARED
from schedules.facts import number as in_words
from schedules.formula import number


def texts(blocks: list[dict]) -> str:
    """Return all that paragraphs say, formulas and controls as their words."""
    said = []
    for block in blocks:
        said += [p if isinstance(p, str) else next(iter(p.values())) for p in block.get("pieces", [])]
        said.append(texts(block.get("inside", [])))
    return "".join(said)


# 01


@pytest.mark.parametrize("sharpness", [2.0, 5000.0])
def test_of_the_three_runs_one_diverges_one_crawls_and_one_converges(sharpness: float) -> None:
    lab = Lab(sharpness=sharpness)
    runs = next(block for block in Intuition(lab).blocks() if block["kind"] == "descents")["runs"]
    ratios = [abs(run["thetas"][-1] / run["thetas"][0]) for run in runs]
    assert ratios[0] > 2
    assert 0.5 < ratios[1] < 1
    assert ratios[2] < 0.01
    for run, share in zip(runs, (1.06, 0.01, 0.3), strict=True):
        rate = share * 2 / sharpness
        assert run["thetas"] == pytest.approx([(1 - rate * sharpness) ** k for k in range(13)], abs=1e-6)
        assert in_words(rate, 3) in run["words"]


# 02


@pytest.mark.parametrize("family", FAMILIES)
def test_each_symbol_has_a_colour_and_each_value_is_put_in(family: str) -> None:
    lab = Lab()
    lab.assign({"family": family})
    blocks = Equations(lab).blocks()
    rule, filled, folded = [block["lines"] for block in blocks if block["kind"] == "equation"][:3]
    symbols, numbers, worked = ("".join(line for pair in lines for line in pair) for lines in (rule, filled, folded))
    used = {tint(spec.name) for spec in FAMILIES[family].params if f"\\textcolor{{{tint(spec.name)}}}" in symbols}
    assert len(used) >= 1
    for colour in used:
        assert f"\\textcolor{{{colour}}}" in numbers
    assert "textcolor" not in worked
    for spec in FAMILIES[family].params:
        if spec.symbol and spec.symbol in symbols:
            assert rf"}}{{{spec.symbol}}}" not in numbers


def test_moving_a_slider_moves_the_numbers_and_the_playhead_its_rate() -> None:
    lab = Lab()
    lab.assign({"Tw": 777, "step": 5})
    lines = [line for block in Equations(lab).blocks() for pair in block.get("lines", []) for line in pair]
    assert any("777" in line for line in lines)
    rate = schedules.curve("warmup_cosine", T=10_000, Tw=777, eta_max=3e-4, eta_min=3e-5)[5]
    assert rf"\eta(5) = {number(float(rate))}" in lines


# 03


def test_the_loop_of_the_page_prints_its_four_numbers() -> None:
    printed = programs.run_snippet(programs.SEED)
    words = printed.replace(":", " ").split()
    numbers = [float(word) for word in words if word[0].isdigit()]
    assert numbers == pytest.approx([6e-07, 0.0003, 3e-05, 1.64265e-4], rel=1e-12)
    assert "avg lr:" in printed


def test_with_the_sliders_values_the_loop_prints_what_the_engine_draws() -> None:
    lab = Lab()
    lab.assign({"T": 321, "Tw": 17, "eta_max": 0.2, "eta_min": 0.003})
    section = programs.Programs(lab)
    section.act("run", "sliders")
    blocks = section.blocks()
    said = next(block["text"] for block in blocks if block["kind"] == "output")
    lr = schedules.curve("warmup_cosine", T=321, Tw=17, eta_max=0.2, eta_min=0.003)
    numbers = [float(word) for word in said.replace(":", " ").split() if word[0].isdigit()]
    assert numbers == pytest.approx([lr[0], lr[17], lr[-1], lr.mean()], rel=1e-12)
    assert "T=321, Tw=17, eta_max=0.2, eta_min=0.003" in "\n".join(blocks[1]["lines"])


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"T": 200_000}, "at most 100,000"), ({"T": 100, "Tw": 100}, "Set Tw below T"), ({"T": 1, "Tw": 5}, "1 update.")],
)
def test_the_loop_says_why_it_does_not_run(changes: dict[str, int], says: str) -> None:
    lab = Lab()
    lab.assign(changes)
    section = programs.Programs(lab)
    section.act("run", "sliders")
    assert says in next(block["text"] for block in section.blocks() if block["kind"] == "output")


# 04


@pytest.mark.parametrize(
    ("task", "changes"),
    [
        (0, {"family": "warmup_cosine", "Tw": 100, "eta_min": 0.0}),
        (1, {"eta_min": 0.0}),
        (2, {"family": "warmup_cosine", "eta_min": 0.0}),
    ],
)
def test_a_task_is_open_at_its_start_and_done_by_the_right_slider(task: int, changes: dict[str, object]) -> None:
    lab = Lab()
    section = demo.Demo(lab)
    section.act("task", task)
    section.act("begin", "")
    assert "Now" not in texts(section.blocks())  # first say which control
    section.act("guess", "eta_min")
    section.act("begin", "")
    assert "Done" not in texts(section.blocks())
    section.act("guess", "T")  # too late
    lab.assign(changes)
    said = texts(section.blocks())
    assert "Done." in said
    assert "what you had said: Floor rate eta_min" in said


def test_a_task_cannot_be_done_by_changing_what_it_holds_fixed() -> None:
    lab = Lab()
    section = demo.Demo(lab)
    section.act("task", 1)
    section.act("guess", "T")
    section.act("begin", "")
    lab.assign({"noise": 0.0})
    said = texts(section.blocks())
    assert "Done" not in said
    assert "must stay as they were" in said


# The visual inquiry


def test_a_higher_peak_is_seen_by_the_edge_and_not_by_the_shape() -> None:
    lab = Lab()
    lab.assign({"T": 1000, "Tw": 100, "eta_max": 3e-4, "eta_min": 0.0, "noise": 0.0})
    section = Inquiry(lab)
    assert [block for block in section.blocks() if block["kind"] == "table"] == []
    section.act("cue", "edge")
    blocks = section.blocks()
    assert {"kind": "spot", "target": "plot"} in blocks
    found = next(block for block in blocks if block["kind"] == "table")
    rows = dict(zip(CUES, ([cell[0] for cell in row[1:]] for row in found["rows"]), strict=True))
    assert rows["curve"][0] == "looks the same"
    high = schedules.curve("warmup_cosine", T=1000, Tw=100, eta_max=4.5e-4, eta_min=0.0)
    assert rows["edge"][0] == f"0 → {int((high > 4e-4).sum())} updates above it"
    assert rows["sum"][2] == "looks the same"  # backwards
    assert rows["loss"][2] == "looks the same"  # without noise the order does not matter
    seen = {key: sum(cell != "looks the same" for cell in row) for key, row in rows.items()}
    best = [CUES[key].name.lower() for key in CUES if seen[key] == max(seen.values())]
    assert f"On this curve {' and '.join(best)} see" in texts(blocks)
    assert f"Your pick sees {seen['edge']}." in texts(blocks)
    assert "percent of its height" in rows["curve"][2]


def test_the_inquiry_says_when_a_run_is_too_long_for_it() -> None:
    lab = Lab()
    lab.assign({"T": 50_000})
    section = Inquiry(lab)
    section.act("cue", "loss")
    assert "at most 20,000" in texts(section.blocks())


# Before and next, names


def test_the_card_on_adam_asks_first_and_then_tells_what_the_engine_does() -> None:
    section = neighbours.Neighbours(Lab())
    assert neighbours.truth() == "rate"
    assert neighbours.first_steps(schedules.SGD()) == pytest.approx((1.0, 100.0))
    assert neighbours.first_steps(schedules.Adam()) == pytest.approx((1.0, 1.0), rel=1e-6)
    assert "Yes" not in texts(section.blocks())
    section.act("commit", "")  # nothing to commit to
    section.act("adam", "rate")
    section.act("adam", "slope")
    assert "No" not in texts(section.blocks())
    section.act("commit", "")
    section.act("adam", "rate")  # too late
    assert "No: Adam goes 1 η in the flat bowl and 1 η in the steep one, plain descent 1 η and 100 η." in texts(
        section.blocks()
    )


def test_each_shared_parameter_has_its_name_in_six_libraries() -> None:
    assert list(ROWS) == [spec.name for spec in SHARED]
    assert len(LIBRARIES) == len(CLOCKS) == 6
    assert all(len(row) == 6 and all(row) for row in ROWS.values())


def test_a_milestone_falls_where_the_glossary_says_for_pytorch() -> None:
    lr = schedules.curve("step", T=60, Tw=0, eta_max=1.0, drop_every=30, gamma=0.1)
    assert int(np.flatnonzero(np.diff(lr))[0]) + 1 == 30
