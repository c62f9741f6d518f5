"""What the plot shows: axes, points, as many steps as it needs, and the figures under the pointer."""

import re
from urllib.parse import urlencode

import pytest

import schedules
from ui.lab_page import LabPage, OpenLab, eventually, same

pytestmark = pytest.mark.browser

AXES = """() => {
  const models = [...Bokeh.documents[0]._all_models.values()]
  const figure = models.find((m) => m.type === "Figure" && m.name === "schedule")
  const axis = figure.left.find((each) => each.visible)
  return {
    scale: figure.y_scale.type,
    low: figure.y_range.start,
    high: figure.y_range.end,
    labels: axis.ticker.ticks.map((tick) => [tick, axis.major_label_overrides.get(tick)]),
  }
}"""
PLACE = """([step, rate]) => {
  const find = (view) =>
    view.model.type === "Figure" ? view : [...(view.child_views ?? [])].map(find).find(Boolean)
  const roots = Bokeh.index.roots ?? Object.values(Bokeh.index)
  const view = [...roots].map(find).find(Boolean)
  const box = view.canvas_view.el.getBoundingClientRect()
  return [box.x + view.frame.x_scale.compute(step), box.y + view.frame.y_scale.compute(rate)]
}"""


def test_the_rate_axis_is_linear_or_logarithmic(lab: LabPage) -> None:
    linear = lab.page.evaluate(AXES)
    assert linear["scale"] == "LinearScale"
    assert linear["low"] == 0
    assert linear["high"] > 3e-4
    labels = [[0, "0"], [1e-4, "1e-4"], [2e-4, "2e-4"], [3e-4, "3e-4"], [4e-4, "4e-4"], [5e-4, "5e-4"]]
    assert linear["labels"] == labels  # there is room for the edge, 4e-4
    lab.page.locator("label", has_text="log").click()

    def logarithmic() -> None:
        axes = lab.page.evaluate(AXES)
        assert axes["scale"] == "LogScale"
        assert 0 < axes["low"] <= 6e-7
        assert axes["high"] >= 3e-4
        assert [label for _, label in axes["labels"]] == ["1e-7", "1e-6", "1e-5", "1e-4", "0.001", "0.01"]

    eventually(logarithmic, lab.page)
    lab.type_exactly("eta_min", "0")
    lab.draws("warmup_cosine", eta_min=0.0)  # a zero has no place on this axis, and does no harm
    eventually(lambda: same(0 < lab.page.evaluate(AXES)["low"] <= 6e-7, True), lab.page)
    lab.type_exactly("eta_min", "3e-5")
    lab.page.get_by_role("group", name="Rate axis").locator("label", has_text="linear").click()
    eventually(lambda: same(lab.page.evaluate(AXES), linear), lab.page)


def test_a_short_run_shows_each_update_as_a_point_and_a_long_one_does_not(visit: OpenLab) -> None:
    lab = visit("T=250&Tw=20")
    lab.draws("warmup_cosine", T=250, Tw=20)
    assert lab.renderers("schedule_data") == {"Line": True, "Scatter": True}
    lab.type_exactly("T", "251")
    lab.draws("warmup_cosine", T=251, Tw=20)
    assert lab.renderers("schedule_data") == {"Line": True, "Scatter": False}
    lab.type_exactly("T", "30")
    lab.draws("warmup_cosine", T=30, Tw=20)
    assert lab.renderers("schedule_data") == {"Line": True, "Scatter": True}


LONG = {
    "sgdr": {"Tw": 77, "eta_min": 3e-5, "cycle_length": 77, "restart_mult": 1.5},
    "triangular": {"eta_min": 3e-5, "cycle_length": 131},
    "wsd": {"Tw": 77, "eta_min": 3e-5, "cooldown": 0.123},
}


def test_a_long_run_is_drawn_with_as_many_steps_as_a_short_one_and_all_that_matter(
    visit: OpenLab, subtests: pytest.Subtests
) -> None:
    lab = visit()
    for family, values in LONG.items():
        sizes = {}
        for T in (1_000, 1_000_000):
            scaled = {name: value * T // 1_000 for name, value in values.items() if isinstance(value, int)}
            params = {"T": T, "eta_max": 3e-4, **values, **scaled}
            with subtests.test(family=family, T=T):
                lab.go(f"family={family}&{urlencode(params)}")
                lab.draws(family, **params)
                steps, rates = lab.data()
                drawn, lr = set(steps.tolist()), schedules.curve(family, **params)
                assert {event.step for event in schedules.events(family, **params)} <= drawn
                assert set((schedules.restarts(family, **params) - 1).tolist()) <= drawn
                assert rates.max() == pytest.approx(lr.max(), rel=1e-12)
                assert rates.min() == pytest.approx(lr.min(), rel=1e-12)
                sizes[T] = steps.size
        assert max(sizes.values()) <= 1_000
        assert sizes[1_000_000] > 300


def test_what_a_move_sends_does_not_grow_with_the_run(lab: LabPage) -> None:
    received = {}
    for T in (1_000, 1_000_000):
        lab.type_exactly("T", str(T))
        lab.shows("warmup_cosine", T=T, eta_max=3e-4 if T == 1_000 else 3.1e-4)
        lab.page.wait_for_timeout(400)
        before = lab.bytes_received()
        lab.slider("eta_max").press("ArrowRight" if T == 1_000 else "ArrowLeft")
        lab.draws("warmup_cosine", T=T, eta_max=3.1e-4 if T == 1_000 else 3e-4)
        lab.page.wait_for_timeout(400)
        received[T] = lab.bytes_received() - before
    assert received[1_000_000] < 1.5 * received[1_000]
    assert received[1_000_000] < 40_000


def test_the_pointer_reads_update_and_rate(lab: LabPage, subtests: pytest.Subtests) -> None:
    lr = schedules.curve("warmup_cosine")
    for step in (250, 500, 4_000, 9_000):
        with subtests.test(step=step):
            where = lab.page.evaluate(PLACE, [step, float(lr[step])])
            lab.page.mouse.move(where[0] - 3, where[1] - 3)
            lab.page.mouse.move(*where)

            def read(step: int = step) -> None:
                texts = lab.page.locator(".bk-tooltip-content:visible").all_inner_texts()
                assert len(texts) == 1
                found = re.fullmatch(r"update:?\s*([\d,]+)\s*rate:?\s*(\S+)", texts[0].strip())
                assert found, texts
                update = int(found[1].replace(",", ""))
                assert abs(update - step) <= 20
                assert found[2][0] != "+"
                assert float(found[2]) == pytest.approx(lr[update], rel=1e-4)

            eventually(read, lab.page)


def test_phases_and_turns_are_named_on_the_plot(visit: OpenLab) -> None:
    lab = visit("family=sgdr&T=200&Tw=20&eta_max=0.05&eta_min=0.001&cycle_length=60&restart_mult=2")
    texts = """() => [...Bokeh.documents[0]._all_models.values()]
        .filter((m) => m.type === "ColumnDataSource" && "text" in m.data)
        .flatMap((m) => Array.from(m.data.text))"""

    def named() -> None:
        found = set(lab.page.evaluate(texts))
        assert found >= {"warmup", "cycles", "peak 0.05", "restart 80"}
        assert any(text.startswith("floor") for text in found)

    eventually(named, lab.page)
