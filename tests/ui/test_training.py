"""Training on the page: the loss that is drawn is the engine's, and the playhead, the edge and the ranking say so."""

import itertools
import re
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import expect

import schedules
from schedules import FAMILIES
from schedules.facts import number
from schedules.remakes import REMAKES
from ui.lab_page import PLAYHEAD, LabPage, OpenLab, eventually, expected, same

pytestmark = pytest.mark.browser

EDGE, MOMENTUM_EDGE = 4e-4, 7.6e-4  # 2/λ and 2 (1 + β)/λ, with λ = 5,000 and β = 0.9
SEED_PIN = "warmup_cosine~{},T:10000,Tw:500,eta_max:0.0003,eta_min:3e-5"
FIRST = schedules.curve("warmup_cosine")
SHORT = {"T": 40, "Tw": 10, "eta_max": 3e-4, "eta_min": 3e-5}
NAMES = """() => [...Bokeh.documents[0]._all_models.values()]
  .filter((model) => model.name).map((model) => [model.type, model.name])"""
EDGES = """() => Bokeh.documents[0].get_model_by_name("schedule").renderers
  .filter((each) => each.glyph.type === "Segment" && (each.glyph.tags ?? []).includes("line_color=--edge"))
  .flatMap((each) => Array.from(each.data_source.data.y))"""


def option(lab: LabPage, name: str, value: str) -> None:
    """Choose from a drop-down list of the training controls."""
    lab.page.get_by_role("combobox", name=name, exact=True).select_option(value)


def families_on(lab: LabPage) -> None:
    """Put every family into the ranking, if none is there yet."""
    lab.button("All families side by side").click()
    expect(lab.button("All families side by side")).to_have_attribute("aria-pressed", "true")


# The loss.


def test_the_loss_drawn_is_the_engines(lab: LabPage, subtests: pytest.Subtests) -> None:
    with subtests.test("first page"):
        lab.trains()
    with subtests.test("after a move"):
        lab.slider("eta_max").press("ArrowRight")
        lab.trains(eta_max=3.1e-4)
        lab.slider("eta_max").press("ArrowLeft")
        lab.trains()
    for optimizer in ("momentum", "adam"):
        with subtests.test(optimizer=optimizer):
            option(lab, "Optimizer", optimizer)
            lab.trains(toy={"optimizer": optimizer})
    option(lab, "Optimizer", "sgd")
    option(lab, "Problem", "logistic")
    for batch in ("full", "minibatch"):
        with subtests.test(problem="logistic", batch=batch):
            option(lab, "Batch", batch)
            lab.trains(toy={"problem": "logistic", "batch": batch})


def test_what_is_worked_out_late_says_how_far_it_is_and_then_what_it_comes_to(lab: LabPage) -> None:
    lab.trains()
    option(lab, "Optimizer", "adam")
    found = lab.trains(toy={"optimizer": "adam"})
    eventually(lambda: _contains(lab.training, f"to {number(float(found.loss[-1]), 3)} (average of 16 runs)"), lab.page)
    assert "no rate alone marks an edge" in lab.training


def test_each_figure_is_there_once_and_no_name_twice(lab: LabPage) -> None:
    named = lab.page.evaluate(NAMES)
    figures = [name for kind, name in named if kind == "Figure"]
    assert sorted(figures) == sorted({*figures, "schedule", "path", "loss"})
    names = [name for _, name in named]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_the_same_link_draws_the_same_loss_to_the_last_bit(visit: OpenLab, subtests: pytest.Subtests) -> None:
    queries = ("noise=100&seed=7", "problem=logistic&seed=7&T=2000")
    lab = visit(queries[0])
    for query in queries:
        with subtests.test(query=query):
            drawn = []
            for _ in range(2):
                lab.open(query)
                eventually(lambda: same(lab.columns("loss_data")["step"].size > 1, True), lab.page)
                drawn.append(lab.columns("loss_data"))
            for column in ("step", "loss"):
                np.testing.assert_array_equal(drawn[0][column], drawn[1][column])


def test_a_short_run_shows_its_updates_as_points(lab: LabPage) -> None:
    lab.start_from("A short run, update by update")
    lab.trains(T=200, Tw=20)
    assert lab.renderers("schedule_data")["Scatter"]
    assert lab.renderers("path_data")["Scatter"]
    assert lab.columns("loss_data")["step"].tolist() == list(range(201))
    assert lab.columns("path_data")["step"].tolist() == list(range(201))


# The edge.


def test_the_edge_is_drawn_and_named_where_there_is_one(lab: LabPage, subtests: pytest.Subtests) -> None:
    lab.trains()
    for optimizer, edge in (("sgd", EDGE), ("momentum", MOMENTUM_EDGE), ("adam", None)):
        with subtests.test(optimizer=optimizer):
            option(lab, "Optimizer", optimizer)
            lab.type_exactly("eta_max", "4e-4" if optimizer == "momentum" else "3e-4")  # so that it is on the plot

            def drawn(edge: float | None = edge) -> None:
                named = [text for text in lab.texts("schedule") if text.startswith("edge")]
                assert named == ([f"edge {number(edge, 3)}"] if edge else [])
                assert lab.page.evaluate(EDGES) == pytest.approx([edge] if edge else [], rel=1e-12)

            eventually(drawn, lab.page)


# With 5e-4 and no noise a warmup of 500 would use 2e-4, exactly 1/λ, and the sharp direction would be done with.
@pytest.mark.parametrize(
    ("noise", "peak", "fate"), [(0, 4.9e-4, "recovers"), (30, 4.2e-4, "recovers"), (30, 5e-4, "lost")]
)
def test_above_the_edge_the_curve_is_marked_and_the_sum_tells_whether_the_run_recovers(
    lab: LabPage, noise: int, peak: float, fate: str
) -> None:
    assert lab.columns("above_edge_data")["step"].size == 0
    lab.type_exactly("Gradient noise", str(noise))
    lab.type_exactly("eta_max", str(peak))
    found = lab.trains(toy={"noise": float(noise)}, eta_max=peak)
    lr = schedules.curve("warmup_cosine", eta_max=peak)
    above = lab.columns("above_edge_data")
    steps, shown = above["step"].astype(int), np.isfinite(above["lr"])
    np.testing.assert_array_equal(steps, lab.data()[0])
    np.testing.assert_array_equal(shown, lr[steps] > EDGE)
    np.testing.assert_allclose(above["lr"][shown], lr[steps][shown], rtol=1e-12)
    assert shown.any()
    assert lab.renderers("above_edge_data") == {"Line": True}
    over = np.flatnonzero(lr > EDGE)
    told = f"{over.size:,} rates are above the edge of 4e-4 (updates {over[0]:,} to {over[-1]:,}). "
    total = np.log(np.abs(1 - 5_000 * lr[over[0] if noise else 0 :])).sum()
    assert total < 0
    assert (found.diverged_at >= 0) == (fate == "lost")
    eventually(lambda: _contains(lab.training, told), lab.page)
    assert f"factors add up to −{number(-total, 3)}, b" in lab.training  # below 0; but, where it is lost on the way
    assert lab.training.endswith(
        "the run recovers." if fate == "recovers" else "more than a float can hold: the run is lost."
    )
    lab.type_exactly("eta_max", "3e-4")
    eventually(lambda: same(lab.columns("above_edge_data")["step"].size, 0), lab.page)
    eventually(lambda: _contains(lab.training, "No rate is above the edge of 4e-4"), lab.page)
    assert lab.renderers("above_edge_data") == {"Line": False}


@pytest.mark.parametrize("noise", [0, 30])
def test_a_constant_rate_above_the_edge_is_lost_and_the_loss_plot_keeps_its_axis(visit: OpenLab, noise: int) -> None:
    lab = visit(f"family=constant&Tw=0&eta_max=5e-4&noise={noise}")
    found = lab.trains("constant", toy={"noise": float(noise)}, Tw=0, eta_max=5e-4)
    assert found.diverged_at > 0
    total = number(10_000 * float(np.log(1.5)), 3)
    eventually(
        lambda: _contains(lab.training, f"add up to +{total}" if not noise else "more than a float can hold"), lab.page
    )
    assert f"breaks off at update {found.diverged_at:,}" in lab.training
    assert lab.training.endswith("the run is lost.")
    low, high = lab.span("loss")
    assert 1 < low < high < 1e12
    off = found.steps[found.loss >= high][0]
    assert [text for text in lab.texts("loss") if text.startswith(f"off from {off:,}")] != []
    for source in ("loss_data", "loss_band_data", "path_data"):
        assert all(np.isfinite(column).all() for column in lab.columns(source).values())


# The playhead.


def test_the_playhead_follows_the_keys(lab: LabPage, subtests: pytest.Subtests) -> None:
    found = lab.trains()
    T = FIRST.size
    moments = sorted({0, T, *np.concatenate(list(schedules.run("warmup_cosine").steps.values())).tolist()})
    lab.stands_at(0, FIRST, found)
    slider = lab.slider(PLAYHEAD)
    slider.focus()
    place = 0
    keys = [("ArrowRight", 1), ("ArrowUp", 2), ("ArrowLeft", 1), ("PageUp", 1_001), ("PageDown", 1), ("Home", 0)]
    keys += [("]", step) for step in moments[1:]] + [("[", step) for step in moments[-2::-1]]
    keys += [("End", T), ("ArrowRight", T), ("Home", 0), ("[", 0)]
    for key, place in keys:
        with subtests.test(key=key, step=place):
            lab.page.keyboard.press(key)
            lab.stands_at(place, FIRST, found)
    words = slider.get_attribute("aria-valuetext") or ""
    assert words.startswith(f"{place:,} of {T:,} updates made")


def test_the_playheads_buttons_are_keys_too(lab: LabPage, subtests: pytest.Subtests) -> None:
    found = lab.trains()
    after = min(step for steps in schedules.run("warmup_cosine").steps.values() for step in steps.tolist() if step)
    for name, step in (
        ("Next event", after),
        ("One update on", after + 1),
        ("One update back", after),
        ("One update back", after - 1),
        ("Next event", after),
        ("Previous event", 0),
        ("One update back", 0),
    ):
        with subtests.test(button=name, step=step):
            lab.button(name).focus()
            lab.page.keyboard.press("Enter")
            lab.stands_at(step, FIRST, found)
            said = lab.described(lab.slider(PLAYHEAD))
            assert said.startswith(f"{step:,} of 10,000 updates made, next rate {number(float(FIRST[step]), 3)}, loss ")


def test_a_run_plays_when_asked_and_to_its_end_and_stops_when_asked(visit: OpenLab) -> None:
    lab = visit(urlencode(SHORT))
    lr = schedules.curve("warmup_cosine", **SHORT)
    found = lab.trains(**SHORT)
    lab.page.wait_for_timeout(300)
    lab.stands_at(0, lr, found)  # nothing moves by itself
    assert _steps_sent(lab) == []
    lab.button("Play").focus()
    lab.page.keyboard.press("Enter")
    eventually(lambda: same(int(lab.slider(PLAYHEAD).input_value()) > 2, True), lab.page)
    lab.page.keyboard.press("Enter")
    expect(lab.button("Play")).to_be_focused()
    stopped = int(lab.slider(PLAYHEAD).input_value())
    assert stopped < 40
    lab.page.wait_for_timeout(300)
    lab.stands_at(stopped, lr, found)
    lab.page.keyboard.press("Enter")
    expect(lab.button("Pause")).to_be_focused()
    expect(lab.button("Play")).to_be_focused()
    lab.stands_at(40, lr, found)
    sent = _steps_sent(lab)
    assert sent[-1] == 40
    assert [pair for pair in itertools.pairwise(sent) if pair[0] >= pair[1]] == []
    assert len(sent) > 20


def test_with_less_motion_a_run_jumps_from_event_to_event(visit: OpenLab) -> None:
    lab = visit(urlencode(SHORT), reduced_motion="reduce")
    lr = schedules.curve("warmup_cosine", **SHORT)
    found = lab.trains(**SHORT)
    events = sorted({40, *(step for steps in schedules.run("warmup_cosine", **SHORT).steps.values() for step in steps)})
    lab.button("Play").click()
    eventually(lambda: same(lab.slider(PLAYHEAD).input_value(), "40"), lab.page)
    expect(lab.button("Play")).to_be_visible()
    lab.stands_at(40, lr, found)
    assert _steps_sent(lab) == [step for step in events if step]


def test_the_playhead_is_in_the_link_and_comes_back(lab: LabPage) -> None:
    found = lab.trains()
    lab.slider(PLAYHEAD).focus()
    lab.page.keyboard.press("PageUp")
    lab.page.keyboard.press("ArrowRight")
    lab.stands_at(1_001, FIRST, found)
    eventually(lambda: same(dict(lab.query).get("step"), "1001"), lab.page)
    lab.page.reload()
    lab.ready()
    lab.stands_at(1_001, FIRST, found)
    lab.type_exactly("T", "500")  # the run is shorter now: the playhead waits at its end
    short = lab.trains(T=500)
    lab.stands_at(500, schedules.curve("warmup_cosine", T=500), short)
    lab.button("Reset").click()
    lab.stands_at(0, FIRST, found)


# What is trained.


def test_sliders_of_the_training_follow_the_keys(lab: LabPage, subtests: pytest.Subtests) -> None:
    keys = {
        "Gradient noise": ("noise", 31.0),
        "Sharpness": ("sharpness", 5_100.0),
        "Condition number": ("condition", 110.0),
    }
    toy: dict[str, object] = {}
    before = lab.trains().loss[-1]
    for label, (name, value) in keys.items():
        with subtests.test(slider=label):
            lab.slider(label).focus()
            lab.page.keyboard.press("ArrowRight")
            assert float(lab.exact(label).input_value()) == value
            toy[name] = value
            after = lab.trains(toy=toy).loss[-1]
            assert after != before
            before = after


def test_what_has_no_effect_says_why(lab: LabPage, subtests: pytest.Subtests) -> None:
    def off(label: str, why: str) -> None:
        with subtests.test(slider=label, why=why):
            expect(lab.slider(label)).to_be_disabled()
            expect(lab.exact(label)).to_be_disabled()
            assert lab.described(lab.slider(label)) == why

    off("Momentum beta", "Not used: plain SGD keeps no velocity.")
    lab.type_exactly("Gradient noise", "0")
    lab.trains(toy={"noise": 0.0})
    off("Seed", "Not used: without noise every run is the same.")
    option(lab, "Optimizer", "momentum")
    expect(lab.slider("Momentum beta")).to_be_enabled()
    assert lab.described(lab.slider("Momentum beta")) == ""
    option(lab, "Problem", "logistic")
    expect(lab.slider("Gradient noise")).to_be_disabled()
    off("Gradient noise", "Not used: the noise here comes from the minibatches.")
    expect(lab.slider("Seed")).to_be_enabled()


def test_a_link_restores_what_is_trained(visit: OpenLab) -> None:
    lab = visit("problem=logistic&optimizer=adam&sharpness=100&seed=3&step=50")
    lab.trains(toy={"problem": "logistic", "optimizer": "adam", "sharpness": 100.0, "seed": 3})
    expect(lab.page.get_by_role("combobox", name="Problem", exact=True)).to_have_value("logistic")
    expect(lab.page.get_by_role("combobox", name="Optimizer", exact=True)).to_have_value("adam")
    expect(lab.exact("Sharpness")).to_have_value("100")
    expect(lab.exact("Seed")).to_have_value("3")
    expect(lab.slider(PLAYHEAD)).to_have_value("50")
    assert lab.notices == []
    shown = lab.controls()
    lab.slider("eta_max").press("ArrowRight")
    eventually(lambda: same(dict(lab.query).get("eta_max"), "0.00031"), lab.page)
    lab.slider("eta_max").press("ArrowLeft")
    eventually(lambda: same(dict(lab.query).get("eta_max"), "0.0003"), lab.page)
    found = dict(lab.query)
    assert {name: found[name] for name in ("problem", "optimizer", "sharpness", "seed", "step")} == {
        "problem": "logistic",
        "optimizer": "adam",
        "sharpness": "100",
        "seed": "3",
        "step": "50",
    }
    lab.page.reload()
    lab.ready()
    eventually(lambda: same(lab.controls(), shown), lab.page)


def test_hostile_settings_open_the_nearest_legal_state_and_say_so(visit: OpenLab) -> None:
    lab = visit("sharpness=-1&noise=nan&step=1e9&optimizer=evil&pin=sgdr~evil,T:100")
    lab.trains(toy={"sharpness": 1e-3})
    expect(lab.exact("Sharpness")).to_have_value("0.001")
    expect(lab.exact("Gradient noise")).to_have_value("30")
    expect(lab.page.get_by_role("combobox", name="Optimizer", exact=True)).to_have_value("sgd")
    expect(lab.slider(PLAYHEAD)).to_have_value("0")
    assert lab.legend == []
    assert lab.data("pin_1_data")[0].size == 0
    notices = "\n".join(lab.notices)
    parts = ("Sharpness: -1 became 0.001", "noise=nan", "step=1e9", "optimizer=evil", "pin=sgdr~evil")
    assert [part for part in parts if part not in notices] == []


# The ranking.


def test_all_families_side_by_side_are_ranked_by_the_engines_final_loss(lab: LabPage) -> None:
    assert [row["mark"] for row in lab.ranked(1)] == ["live"]
    families_on(lab)
    rows = lab.ranked(len(FAMILIES))
    losses = {family.title: float(expected(schedules.curve(key)).loss[-1]) for key, family in FAMILIES.items()}
    assert len(losses) == 14
    titles = [
        next(title for title in sorted(losses, key=len, reverse=True) if row["name"].startswith(title)) for row in rows
    ]
    assert sorted(titles) == sorted(losses)
    assert [row["final"] for row in rows] == [number(losses[title], 3) for title in titles]
    ranked = [losses[title] for title in titles]
    assert ranked == sorted(ranked)
    assert rows[0]["place"] == "1"
    assert [row["name"] for row in rows if row["mark"] == "live"] == [
        row["name"] for row, title in zip(rows, titles, strict=True) if title == FAMILIES["warmup_cosine"].title
    ]
    eventually(lambda: same(dict(lab.query).get("all_families"), "1"), lab.page)


@pytest.mark.parametrize("noise", [0, 30])
def test_reversed_rates_end_at_the_same_loss_without_noise_and_higher_with_it(visit: OpenLab, noise: int) -> None:
    lab = visit(f"noise={noise}")
    toy = {"noise": float(noise)}
    lab.trains(toy=toy)
    lab.button("Pin reversed").click()
    remade = lab.trains(toy=toy, lr=REMAKES["reverse"](FIRST), name="loss_pin_1_data")
    live = expected(FIRST, **toy)
    rows = {row["mark"]: row for row in lab.ranked(2)}
    if noise:
        assert remade.loss[-1] > 1.01 * live.loss[-1]
        assert (rows["live"]["place"], rows["pinned"]["place"]) == ("1", "2")
        assert "with noise the last rates decide" in lab.lesson
        assert re.search(r"^Reversed ends [\d.]+ times higher", lab.lesson)
    else:
        assert remade.loss[-1] == pytest.approx(live.loss[-1], rel=1e-9)
        assert rows["live"]["final"] == rows["pinned"]["final"]
        assert (rows["live"]["place"], rows["pinned"]["place"]) == ("1", "1")
        assert lab.lesson == ("Reversed ends at the same loss: without noise the order of the factors does not matter.")
    for mark, found in (("live", live), ("pinned", remade)):
        assert rows[mark]["final"] == number(float(found.loss[-1]), 3)


def test_a_remade_curve_comes_back_by_link(lab: LabPage, subtests: pytest.Subtests) -> None:
    lab.trains()
    lab.button("Pin shuffled").click()
    lab.button("Pin same area, linear").click()
    eventually(lambda: same(len(lab.ranking()), 3), lab.page)
    remakes = ("shuffle", "same_area")
    eventually(
        lambda: same([v for n, v in lab.query if n == "pin"], [SEED_PIN.format(remake) for remake in remakes]), lab.page
    )
    for again in (False, True):
        if again:
            lab.page.reload()
            lab.ready()
        for pin, remake in enumerate(remakes, start=1):
            with subtests.test(remake=remake, again=again):
                lr = REMAKES[remake](FIRST)
                steps, rates = lab.data(f"pin_{pin}_data")
                np.testing.assert_allclose(rates, lr[steps], rtol=1e-12)
                lab.trains(lr=lr, name=f"loss_pin_{pin}_data")
        names = sorted(row["name"] for row in lab.ranked(3) if row["mark"] == "pinned")
        assert [name.rpartition(", ")[2] for name in names if "shuffled" in name] == ["shuffled"]
        assert any(name.endswith("same area, linear") for name in names)
    assert lab.notices == []


def test_the_ranking_is_sorted_by_its_headers(lab: LabPage, subtests: pytest.Subtests) -> None:
    families_on(lab)
    lab.ranked(14)
    table = lab.page.get_by_role("region", name="Ranking of the curves")
    by = {key: expected(schedules.curve(key)) for key in FAMILIES}
    values = {
        "Average loss": sorted(found.average for found in by.values()),
        "Best loss": sorted(found.best for found in by.values()),
    }
    columns = {"Average loss": "average", "Best loss": "best"}
    for header, numbers in values.items():
        for way in ("ascending", "descending"):
            with subtests.test(column=header, way=way):
                cell = table.get_by_role("columnheader", name=header)
                cell.get_by_role("button").focus()
                lab.page.keyboard.press("Enter")
                expect(cell).to_have_attribute("aria-sort", way)
                expect(table.locator("th[aria-sort]")).to_have_count(1)
                told = [number(value, 3) for value in (numbers if way == "ascending" else numbers[::-1])]
                eventually(
                    lambda told=told, header=header: same([row[columns[header]] for row in lab.ranking()], told),
                    lab.page,
                )
                assert header.lower() in table.locator("caption").inner_text()


def _steps_sent(lab: LabPage) -> list[int]:
    """Return the steps to which the browser moved the playhead, in order."""
    frames = [frame for way, frame in lab.frames if way == "sent" and isinstance(frame, str) and '"changes"' in frame]
    return [int(found[1]) for frame in frames if (found := re.search(r'"step"[,:]\s*(\d+)', frame))]


def _contains(text: str, part: str) -> None:
    assert part in text
