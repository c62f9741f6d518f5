"""Predict, then reveal: the lock, the ways to answer, the ledger, and the way through by keyboard."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from app.practice.bank import EXERCISES
from app.practice.forms import KNOTS, Place
from ui.lab_page import LAPTOP, PHONE, OpenLab, eventually
from ui.practice_page import Practice, settled
from ui.server import Server

pytestmark = pytest.mark.browser

SECRET = "a-reason-that-no-server-keeps"


@pytest.fixture
def practice(visit: OpenLab) -> Practice:
    return Practice(visit(None))


# The lock.


def telling(key: str) -> int:
    """Return the first seed whose answer has too many digits to be met by chance."""
    truths = ((seed, float(EXERCISES[key].question(seed).truth())) for seed in range(100))
    return next(seed for seed, truth in truths if abs(float(f"{truth:.3g}") - truth) > 1e-4 * abs(truth))


@pytest.mark.parametrize("key", ["E1", "E10", "E23", "E32"])
def test_the_truth_reaches_the_browser_with_the_commit_and_not_before(practice: Practice, key: str) -> None:
    seed = telling(key)
    question = EXERCISES[key].question(seed)
    truth = float(question.truth())
    practice.lab.frames.clear()
    practice.open(key, seed)
    for _ in question.nudges:
        practice.page.get_by_role("button", name="nudge").click()
        practice.page.wait_for_timeout(150)
    answer = practice.page.get_by_label(", exactly") if isinstance(question.form, Place) else practice.answer
    answer.fill(str(float(question.wrong[0].value())))
    answer.press("Tab")
    practice.reason()
    assert practice.lab.page.locator("ol.nudges li").all_inner_texts() == list(question.nudges)
    assert not practice.holds(truth)
    practice.commit.click()
    expect(practice.result).to_be_visible()
    eventually(lambda: _true(practice.holds(truth)), practice.page)  # so the search can find it


def test_no_curve_of_the_answer_reaches_the_browser_before_the_commit(practice: Practice) -> None:
    question = EXERCISES["E9"].question(2)
    truth = np.array(question.truth())
    practice.lab.frames.clear()
    practice.open("E9", 2)
    draw(practice, [(0.0, 0.0), (0.5, 0.3), (1.0, 0.9)])
    practice.reason()
    numbers = practice.numbers()
    assert sum(np.isclose(numbers, value, rtol=1e-6, atol=0).any() for value in truth[3:]) <= 2  # ticks may be round
    practice.commit.click()
    expect(practice.result).to_be_visible()
    np.testing.assert_allclose(practice.lab.columns("truth_data")["y"], truth, rtol=1e-12)


def test_the_stage_is_covered_from_the_first_frame_and_says_so(practice: Practice) -> None:
    practice.open("E4", 0)
    expect(practice.page.get_by_text("The stage is covered while you predict.")).to_be_visible()
    for name in ("schedule_data", "loss_data", "truth_data"):
        assert all(column.size == 0 for column in practice.lab.columns(name).values())
    expect(practice.lab.table).to_be_hidden()
    assert practice.page.locator("table.key-values tbody tr").count() == 0
    practice.page.get_by_role("radio", name="It falls").check()
    practice.reason()
    practice.commit.click()
    expect(practice.lab.table).to_be_visible()
    expect(practice.page.get_by_text("The stage is covered while you predict.")).to_be_hidden()
    stage = dict(EXERCISES["E4"].question(0).stage)
    practice.lab.shows("warmup_cosine", **{name: stage[name] for name in ("T", "Tw", "eta_max", "eta_min")})


def test_a_commit_outlasts_reload_a_second_tab_and_going_back(practice: Practice) -> None:
    practice.open("E1", 5)
    practice.predict_number("0", why=SECRET)
    settled(practice, 1)
    receipt = practice.entries[0]["receipt"]

    def locked(there: Practice) -> None:
        expect(there.result).to_contain_text(f"Receipt {receipt}")
        expect(there.answer).not_to_be_editable()
        assert there.both()["You predicted"] == "0"

    practice.page.reload()
    practice.ready("E1")
    locked(practice)
    practice.page.goto("about:blank")
    practice.page.go_back()
    practice.ready("E1")
    locked(practice)
    other = practice.lab.context.new_page()
    other.goto(practice.page.url)
    expect(other.get_by_role("region", name="Result")).to_contain_text(f"Receipt {receipt}")
    assert len(practice.entries) == 1


def test_what_one_tab_commits_is_committed_in_the_other(practice: Practice) -> None:
    practice.open("E1", 6)
    second = practice.lab.context.new_page()
    second.goto(practice.page.url)
    expect(second.get_by_label("Your prediction")).to_be_editable()
    practice.predict_number("0")
    expect(second.get_by_role("region", name="Result")).to_be_visible()
    expect(second.get_by_label("Your prediction")).to_have_value("0")


def test_a_draft_outlasts_a_reload(practice: Practice) -> None:
    practice.open("E1", 7)
    practice.answer.fill("0.125")
    practice.why.fill("a reason in the making")
    expect(practice.page.get_by_role("radio", name="Sure", exact=True)).to_be_enabled()
    practice.page.reload()  # before the server has answered
    practice.ready("E1")
    expect(practice.answer).to_have_value("0.125")
    expect(practice.why).to_have_value("a reason in the making")


def test_a_stroke_outlasts_a_server_that_is_away(practice: Practice) -> None:
    practice.open("E9", 3)
    practice.lab.context.set_offline(True)
    expect(practice.page.get_by_role("alert").filter(has_text="does not answer yet")).to_be_visible()
    draw(practice, [(0.0, 0.1), (0.5, 0.5), (1.0, 0.9)])
    practice.why.fill("a reason in the making")
    practice.why.blur()
    draft = practice.page.evaluate("() => JSON.parse(localStorage.getItem('schedule-lab.drafts'))['E9-3']")
    assert (len(draft["answer"]), draft["reason"]) == (KNOTS, "a reason in the making")
    practice.lab.context.set_offline(False)
    expect(practice.page.locator("#connection")).to_be_hidden()
    practice.page.reload()
    practice.ready("E9")
    expect(practice.page.locator("#missing")).to_have_text("Still missing: say how sure you are.")


def test_what_a_student_types_is_in_no_log(practice: Practice, server: Server) -> None:
    practice.open("E1", 8)
    practice.predict_number("0", why=SECRET)
    practice.page.get_by_role("radio", name="higher than predicted").check()
    practice.page.get_by_label("What explains the gap?").fill(SECRET)
    practice.page.wait_for_timeout(600)
    assert SECRET in json.dumps(practice.entries)
    assert SECRET not in server.log.read_text()


# The ways to answer.


def draw(practice: Practice, points: list[tuple[float, float]]) -> None:
    """Draw through points, shares of both axes, with the pointer."""
    x, y, width, height = canvas_box(practice)
    mouse = practice.page.mouse
    for number, (across, up) in enumerate(points):
        mouse.move(x + across * width, y + (1 - up) * height, steps=8)
        if number == 0:
            mouse.down()
    mouse.up()


def canvas_box(practice: Practice) -> tuple[float, float, float, float]:
    """Return the part of the canvas between the ends of its axes: left, top, width, height [pixels]."""
    return tuple(
        practice.page.evaluate(
            """() => {
              const find = (view) => view.model?.name === "prediction" ? view
                : (view.child_views ?? []).map(find).find(Boolean)
              const view = Object.values(Bokeh.index.roots ?? Bokeh.index).map(find).find(Boolean)
              const box = view.el.getBoundingClientRect()
              const {left, top, width, height} = view.frame.bbox
              // 2 percent of the axis lie beyond each end
              const [w, h] = [width / 1.04, height / 1.04]
              return [box.left + left + 0.02 * w, box.top + top + 0.02 * h, w, h]
            }"""
        )
    )


def test_a_sketch_is_drawn_undone_cleared_and_judged(practice: Practice) -> None:
    practice.open("E9", 4)
    form = EXERCISES["E9"].question(4).form
    assert practice.missing == "Still missing: predict first."
    draw(practice, [(0.0, 0.05), (0.5, 0.3)])
    expect(practice.page.locator("#missing")).to_have_text("Still missing: draw up to the first and the last step.")
    draw(practice, [(0.5, 0.3), (1.0, 0.55)])
    expect(practice.page.locator("#missing")).to_have_text("Still missing: say why.")
    drawn = practice.lab.columns("prediction_data")
    np.testing.assert_allclose(drawn["x"], form.knots)
    expected = np.interp(np.linspace(0, 1, KNOTS), [0, 0.5, 1], [0.05, 0.3, 0.55])
    np.testing.assert_allclose(form.up.share(drawn["y"]), expected, atol=0.03)
    practice.page.get_by_role("button", name="Undo").locator("visible=true").click()
    eventually(lambda: _true(practice.lab.columns("prediction_data")["x"].size < KNOTS), practice.page)
    practice.page.get_by_role("button", name="Clear").click()
    eventually(lambda: _true(practice.lab.columns("prediction_data")["x"].size == 0), practice.page)
    draw(practice, [(0.0, 0.0), (1.0, 0.5)])
    practice.reason()
    practice.commit.click()
    expect(practice.result).to_be_visible()
    assert "percent of the axis on average" in practice.both()["The gap"]
    features = practice.result.locator("ul.features li").all_inner_texts()
    assert len(features) == 4
    assert practice.lab.columns("gap_data")["x"].size == KNOTS


def test_sliders_of_the_knots_give_the_same_as_the_pointer(practice: Practice) -> None:
    practice.open("E9", 4)
    practice.page.get_by_text("Set heights by slider").click()
    form = EXERCISES["E9"].question(4).form
    rows = practice.page.locator(".knots input[type=range]")
    assert rows.count() == KNOTS
    rows.nth(0).focus()
    practice.page.keyboard.press("Home")
    rows.nth(KNOTS - 1).focus()
    practice.page.keyboard.press("End")
    practice.reason()
    practice.commit.click()
    expect(practice.result).to_be_visible()
    settled(practice, 1)
    np.testing.assert_allclose(practice.entries[0]["answer"], np.linspace(form.up.low, form.up.high, KNOTS))


def test_a_finger_draws_and_does_not_scroll(visit: OpenLab) -> None:
    practice = Practice(visit(None, viewport=PHONE, has_touch=True, is_mobile=True))
    practice.open("E9", 4)
    practice.page.locator(".exercise .canvas").scroll_into_view_if_needed()
    practice.page.wait_for_timeout(300)
    x, y, width, height = canvas_box(practice)
    touch = practice.lab.context.new_cdp_session(practice.page)
    points = [{"x": x + share * width, "y": y + (1 - 0.6 * share) * height} for share in np.linspace(0, 1, 20)]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [points[0]]})
    for point in points[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(practice.page.locator("#missing")).to_have_text("Still missing: say why.")
    assert practice.lab.columns("prediction_data")["x"].size == KNOTS


def test_every_exercise_is_in_the_list_and_asks_its_question(practice: Practice) -> None:
    practice.browse()
    buttons = practice.page.locator("details[data-idea] button")
    assert set(buttons.all_text_contents()) == {f"{key}. {exercise.title}" for key, exercise in EXERCISES.items()}
    for key, exercise in list(EXERCISES.items())[::6]:
        folds = practice.page.locator("details[data-idea]")
        folds.evaluate_all("(folds) => folds.forEach((fold) => (fold.open = true))")
        practice.page.get_by_role("button", name=f"{key}. {exercise.title}", exact=True).click()
        expect(practice.page.locator("p.ask")).to_have_text(exercise.question(0).ask)
        expect(practice.commit).to_have_attribute("aria-disabled", "true")
        practice.page.get_by_role("button", name="All exercises").click()


def test_what_is_committed_is_what_stands_in_the_form(practice: Practice) -> None:
    practice.open("E1", 13)
    practice.answer.fill("0.5")
    practice.reason()
    practice.answer.fill("-7")
    practice.answer.press("Tab")
    expect(practice.page.get_by_text("Type a number from 0 to 1")).to_be_visible()
    expect(practice.answer).to_have_value("-7")
    expect(practice.answer).to_have_attribute("aria-invalid", "true")
    expect(practice.commit).to_have_attribute("aria-disabled", "true")
    practice.commit.click(force=True)
    expect(practice.answer).to_be_focused()
    practice.answer.fill("0.25")
    expect(practice.commit).to_have_attribute("aria-disabled", "false")
    practice.answer.fill("0.125")
    practice.answer.press("Control+Enter")  # at once, while the last number still waits to be sent
    expect(practice.result).to_be_visible()
    assert practice.both()["You predicted"] == "0.125"


def test_fast_keys_lose_no_knot(practice: Practice) -> None:
    practice.open("E9", 12)
    practice.page.get_by_text("Set heights by slider").click()
    practice.page.locator(".knots input[type=range]").first.focus()
    for _ in range(KNOTS):
        practice.page.keyboard.press("End")
        practice.page.wait_for_timeout(50)
        practice.page.keyboard.press("Tab")
    form = EXERCISES["E9"].question(12).form
    eventually(
        lambda: np.testing.assert_allclose(practice.lab.columns("prediction_data")["y"], [form.up.high] * KNOTS),
        practice.page,
    )


def test_fast_moves_of_an_item_arrive_and_keep_the_focus(practice: Practice) -> None:
    practice.open("E22", 12)
    items = EXERCISES["E22"].question(12).form.items
    first, *others = items.values()
    practice.page.get_by_role("button", name=f"Move {first} down").focus()
    for _ in others:
        practice.page.keyboard.press("Enter")
    order = practice.page.locator("ol.order li > span")
    practice.page.wait_for_timeout(500)
    assert order.all_inner_texts() == [*others, first]
    expect(practice.page.locator(".order :focus")).to_have_accessible_name(re.compile("^Move "))


def test_what_stands_beside_it_stays_when_a_line_is_ticked(practice: Practice) -> None:
    practice.open("E1", 14)
    practice.predict_number("0")
    remark = practice.page.get_by_label("What explains the gap?")
    remark.fill("written before it is said what was seen")
    practice.page.get_by_role("checkbox", name="My answer is concrete").check()
    practice.page.wait_for_timeout(500)
    expect(remark).to_have_value("written before it is said what was seen")
    practice.page.get_by_role("radio", name="higher than predicted").check()
    eventually(lambda: _true(practice.entries[0]["remark"].startswith("written before")), practice.page)


def test_back_leads_to_the_question_before_and_to_the_list(practice: Practice) -> None:
    practice.browse()
    practice.page.get_by_role("button", name="E1. The very first update").click()
    practice.ready("E1")
    practice.page.get_by_role("button", name="All exercises").click()
    practice.page.get_by_role("button", name="E2. Updates at the peak").click()
    practice.ready("E2")
    practice.page.wait_for_timeout(400)
    practice.page.go_back()
    expect(practice.page.get_by_role("button", name="E2. Updates at the peak")).to_be_visible()
    practice.page.go_back()
    expect(practice.page.get_by_role("heading", name="E1. The very first update")).to_be_visible()


# The ledger.


def test_the_ledger_counts_exports_imports_and_is_erased(practice: Practice, tmp_path: Path) -> None:
    practice.open("E1", 9)
    practice.predict_number("0", sure="A guess")
    settled(practice, 1)
    practice.page.get_by_role("button", name="All exercises").click()
    expect(practice.page.get_by_role("button", name="E1. The very first update")).to_be_visible()
    practice.page.get_by_text("Your ledger").click()
    table = practice.page.get_by_role("table", name="How often right, by how sure")
    assert [row.inner_text().split("\t")[-1] for row in table.get_by_role("row").all()] == [
        "0 of 1 right",
        "none yet",
        "none yet",
    ]
    with practice.page.expect_download() as download:
        practice.page.get_by_role("button", name="Export as JSON").click()
    saved = tmp_path / "ledger.json"
    download.value.save_as(saved)
    kept = json.loads(saved.read_text())["entries"]
    assert kept == practice.entries
    with practice.page.expect_download() as download:
        practice.page.get_by_role("button", name="Export as Markdown").click()
    text = Path(download.value.path()).read_text()
    assert "## E1: The very first update (seed 9" in text

    practice.page.get_by_role("button", name="Erase …").click()
    practice.page.get_by_role("button", name="No, keep them").click()
    assert practice.entries == kept
    practice.page.get_by_role("button", name="Erase …").click()
    practice.page.get_by_role("button", name="Yes, erase them").click()
    assert practice.entries == []
    saved.write_text(json.dumps({"version": 1, "entries": kept * 3}))  # what comes thrice counts once
    practice.page.get_by_label("Ledger file to import").set_input_files(saved)
    expect(practice.page.get_by_text("1 new prediction taken in.")).to_be_visible()
    assert practice.entries == kept


ODD = (
    "",
    "no json",
    "[]",
    '{"entries": 7}',
    json.dumps({"entries": [None, 7, [], {"exercise": "E1"}, {"exercise": ["E1"], "seed": 0}]}),
    '{"entries": [{"exercise": "E1", "seed": 0, "right": true, "at": "2026-01-01", "sure": "sure", "answer": 1e999}]}',
    json.dumps(
        {
            "entries": [
                {
                    **{"exercise": "E1", "seed": 3, "right": False, "answer": 0, "sure": "sure"},
                    **{"at": "2026-01-01T00:00:00Z", "title": "<img src=x onerror=alert(1)>", "predicted": "<b>x</b>"},
                }
            ]
        }
    ),
)


def test_an_odd_file_breaks_nothing(practice: Practice, tmp_path: Path, subtests: pytest.Subtests) -> None:
    practice.browse()
    practice.page.get_by_text("Your ledger").click()
    said = practice.page.locator(".ledger [role=status]")
    for number, text in enumerate(ODD):
        with subtests.test(text=text):
            odd = tmp_path / f"odd-{number}.json"
            odd.write_text(text)
            said.evaluate("(node) => node.replaceChildren()")
            practice.page.get_by_label("Ledger file to import").set_input_files(odd)
            expect(said).not_to_be_empty()
            assert practice.page.locator(".practice img, .practice b").count() == 0
            assert len(practice.entries) == ("<img" in text)


def test_what_was_missed_comes_back_on_another_day_with_other_numbers(practice: Practice) -> None:
    practice.open("E1", 10)
    practice.predict_number("0")
    settled(practice, 1)
    asked = practice.page.locator("p.ask").inner_text()
    practice.page.get_by_role("button", name="All exercises").click()
    expect(practice.page.get_by_text("Missed today, and back tomorrow")).to_be_visible()
    practice.page.evaluate(
        """() => {
          const ledger = JSON.parse(localStorage.getItem("schedule-lab.ledger"))
          for (const entry of ledger.entries) entry.at = new Date(Date.now() - 86400000).toISOString()
          localStorage.setItem("schedule-lab.ledger", JSON.stringify(ledger))
        }"""
    )
    practice.page.wait_for_timeout(400)  # until the address says that no exercise is open
    practice.page.reload()
    practice.page.wait_for_function("() => window.Bokeh?.documents[0]?.is_idle")
    practice.browse()
    again = practice.page.get_by_role("region", name="Due again").get_by_role("button")
    expect(practice.page.get_by_text("you were sure, and it came out differently")).to_be_visible()
    again.click()
    practice.ready("E1")
    assert practice.page.locator("p.ask").inner_text() != asked
    expect(practice.answer).to_be_editable()


def test_missing_twice_opens_the_worked_example(practice: Practice) -> None:
    practice.open("E1", 11)
    for _ in range(2):
        assert practice.page.get_by_role("region", name="Worked example").count() == 0
        practice.predict_number("0")
        practice.page.get_by_role("radio", name="higher than predicted").check()
        practice.page.get_by_role("button", name="Same question, other numbers").click()
        expect(practice.answer).to_be_editable()
    worked = practice.page.get_by_role("region", name="Worked example")
    expect(worked).to_be_visible()
    assert "__" in worked.locator("li").last.inner_text()


# As axe sees it.


def test_axe_finds_nothing_serious_in_practice(visit: OpenLab, subtests: pytest.Subtests) -> None:
    practice = Practice(visit(None))

    def check(what: str) -> None:
        for size, scheme in ((LAPTOP, "light"), (PHONE, "dark")):
            with subtests.test(what=what, width=size["width"], scheme=scheme):
                practice.page.set_viewport_size(size)
                practice.page.emulate_media(color_scheme=scheme)
                practice.page.wait_for_timeout(100)
                assert practice.lab.grave(colours=True if scheme == "dark" else None) == []
                wide = practice.page.evaluate("document.documentElement.scrollWidth")
                assert wide <= size["width"]

    for key in ("E4", "E9", "E22"):
        practice.open(key, 0)
        check(f"{key} open")
    practice.open("E1", 0)
    practice.predict_number("0")
    check("E1 revealed")


def _true(holds: bool) -> None:
    assert holds
