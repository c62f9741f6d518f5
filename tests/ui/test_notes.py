"""Notes as a person keeps them: tied to something, found again, handed on, and never on the server."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.claims import CLAIMS
from ui.lab_page import LAPTOP, PHONE, LabPage, OpenLab, eventually
from ui.practice_page import Practice

pytestmark = pytest.mark.browser

SECRET = "a-question-that-no-server-sees"
HOSTILE = '<img src=x onerror="window.hit = 1"> <script>window.hit = 1</script>\n# Not a heading\n\n```\n- [x] no item'
CRITERION = "I can say in my own words how it works."


class Notes:
    """The tab of notes on a page."""

    def __init__(self, lab: LabPage, page: Page | None = None) -> None:
        self.lab = lab
        self.page = page or lab.page
        self.page.get_by_role("tab", name="Notes").click()
        expect(self.kind.locator("option[value=claim]")).to_have_count(1)

    @property
    def kind(self) -> Any:
        return self.page.get_by_label("What is it about?")

    @property
    def items(self) -> Any:
        return self.page.locator(".notes ol.kept > li")

    def write(self, text: str, kind: str = "claim", title: str = "", then: str = "") -> None:
        """Write and save a note."""
        self.kind.select_option(kind)
        if title:
            self.page.get_by_label("Which one?").select_option(label=title)
        self.page.get_by_label("Open question, or note").fill(text)
        self.page.get_by_label("One next action").fill(then)
        self.page.get_by_role("button", name="Save note").click()
        expect(self.page.get_by_text("Saved in this browser.")).to_be_visible()

    @property
    def stored(self) -> dict[str, Any]:
        """What the browser keeps."""
        return json.loads(self.page.evaluate("() => localStorage.getItem('schedule-lab.notes') ?? '{}'"))

    def saved(self, name: str) -> str:
        """Save a file by the name of its button and return its text."""
        with self.page.expect_download() as download:
            self.page.get_by_role("button", name=name).click()
        return Path(download.value.path()).read_text()


def test_a_note_is_tied_to_something_kept_here_found_again_and_put_on_the_stage(visit: OpenLab) -> None:
    lab = visit("family=sgdr&T=400&Tw=0&cycle_length=100")
    notes = Notes(lab)
    expect(notes.page.get_by_text("None yet. A question that is tied to one line")).to_be_visible()
    notes.page.get_by_role("button", name="Save note").click()
    expect(notes.page.get_by_text("Write a question, a note or a next action first.")).to_be_visible()
    notes.write(SECRET, kind="equation", then="Draw one cycle")
    claim = CLAIMS["best-schedule"]
    notes.write("Which problem shows it?", title=claim.sentence)
    expect(notes.items).to_have_count(2)
    expect(notes.items.first).to_contain_text(f"Claim: {claim.sentence}")
    expect(notes.items.first).to_contain_text("open, 0 of 3 reached")
    # The draft and the notes outlast a reload.
    notes.page.get_by_label("Open question, or note").fill("half a thou")
    notes.page.get_by_label(CRITERION, exact=True).check()
    notes.page.wait_for_timeout(400)
    notes.page.reload()
    lab.ready()
    notes = Notes(lab)
    expect(notes.page.get_by_label("Open question, or note")).to_have_value("half a thou")
    expect(notes.page.get_by_label(CRITERION, exact=True)).to_be_checked()
    # Search, over all there is of a note, and the filter.
    for words, count in (("CYCLE", 1), (claim.not_shown[:20].upper(), 1), ("nowhere at all", 0), ("", 2)):
        notes.page.get_by_label("Search the notes").fill(words)
        expect(notes.items).to_have_count(count)
    notes.page.get_by_role("button", name="Edit: Claim").click()
    for box in notes.page.locator(".criteria input[type=checkbox]").all():
        box.check()
    notes.page.get_by_role("button", name="Save changes").click()
    expect(notes.page.get_by_label("Open question, or note")).to_have_value("half a thou")  # to go on with
    for which, count in (("Resolved", 1), ("Open", 1), ("All", 2)):
        notes.page.get_by_role("radio", name=which, exact=True).check(force=True)
        expect(notes.items).to_have_count(count)
    # The stage as it was, without another visit, and back by the browser's own way.
    lab.choose("constant")
    eventually(lambda: _in("family=constant", lab.page.url), lab.page)
    notes.page.evaluate("() => { window.sameVisit = true }")
    notes.page.get_by_role("button", name="Put on the stage: Equation").click()
    lab.draws("sgdr", T=400, Tw=0, cycle_length=100)
    eventually(lambda: _in("family=sgdr", lab.page.url), lab.page)
    notes.page.go_back()
    lab.draws("constant", T=400, Tw=0)
    assert notes.page.evaluate("() => window.sameVisit")
    # Deleted, and back.
    notes.page.get_by_role("button", name="Delete: Equation").click()
    expect(notes.items).to_have_count(1)
    expect(notes.page.get_by_role("button", name="Undo the deletion")).to_be_focused()
    notes.page.keyboard.press("Enter")
    expect(notes.items).to_have_count(2)
    assert {note["text"] for note in notes.stored["notes"]} == {SECRET, "Which problem shows it?"}
    assert not any(SECRET in str(frame) for way, frame in lab.frames if way == "sent")
    assert not any("half a thou" in str(frame) for way, frame in lab.frames if way == "sent")


def test_what_is_written_stays_text_on_the_page_and_in_markdown(visit: OpenLab, tmp_path: Path) -> None:
    lab = visit()
    notes = Notes(lab)
    notes.write(HOSTILE, kind="stage", then="## <b>next</b>")
    assert lab.page.locator(".notes img, .notes b").count() == 0
    expect(notes.items.first.locator("p.words").first).to_contain_text('<img src=x onerror="window.hit = 1">')
    assert lab.page.evaluate("() => window.hit") is None
    text = notes.saved("Export as Markdown")
    lines = text.splitlines()
    assert [line for line in lines if line.startswith("#")] == [
        "# Schedule Lab: my notes",
        "## The present stage: Warmup, then cosine",
    ]
    assert "> \\# Not a heading" in lines
    assert "> \\`\\`\\`" in lines
    assert "<img" not in text.replace("\\<", "")
    assert sum("[x]" in line for line in lines) == 0
    (stage,) = (line for line in lines if line.startswith("- Stage: <"))
    other = visit(None)
    other.page.goto(stage.removeprefix("- Stage: <").removesuffix(">"))
    other.ready()
    other.shows("warmup_cosine")
    # A long note is cut where the page says, and takes the page no wider.
    notes.page.get_by_label("Open question, or note").fill("x" * 5_000)
    expect(notes.page.get_by_text("4,000 of 4,000 characters")).to_be_visible()
    notes.page.get_by_role("button", name="Save note").click()
    expect(notes.items).to_have_count(2)
    assert len(notes.stored["notes"][-1]["text"]) == 4_000
    # Out as JSON, erased when asked twice, and in again; what is none of ours is left out.
    kept = notes.stored["notes"]
    content = json.loads(notes.saved("Export as JSON"))
    notes.page.get_by_role("button", name="Erase all …").click()
    notes.page.get_by_role("button", name="No, keep them").click()
    expect(notes.items).to_have_count(2)
    notes.page.get_by_role("button", name="Erase all …").click()
    notes.page.get_by_role("button", name="Yes, erase them").click()
    expect(notes.items).to_have_count(0)
    odd = [None, 7, {**kept[0], "id": "1", "link": "javascript:alert(1)"}, {**kept[0], "id": [], "text": 3}]
    file = tmp_path / "notes.json"
    file.write_text(json.dumps({"notes": [*content["notes"], *odd]}))
    notes.page.get_by_label("File of notes to import").set_input_files(file)
    expect(notes.page.get_by_text("2 new notes taken in, 4 could not be taken.")).to_be_visible()
    assert notes.stored["notes"] == kept
    file.write_text("no notes")
    notes.page.get_by_label("File of notes to import").set_input_files(file)
    expect(notes.page.get_by_text("This file holds no notes")).to_be_visible()


def test_two_tabs_stay_in_step_and_a_browser_that_keeps_nothing_says_so(visit: OpenLab) -> None:
    lab = visit()
    first = Notes(lab)
    page = lab.context.new_page()
    page.goto(f"{lab.origin}/app")
    second = Notes(lab, page)
    first.write("seen in both")
    expect(second.items).to_have_count(1)
    second.write("and back")
    expect(first.items).to_have_count(2)
    blocked = visit(None)
    blocked.page.add_init_script("Storage.prototype.setItem = () => { throw new Error('blocked') }")
    blocked.open()
    there = Notes(blocked)
    expect(there.page.get_by_text("your notes are gone when you leave")).to_be_visible()
    there.write("for now")
    expect(there.items).to_have_count(1)


def test_nothing_of_the_stage_is_offered_while_a_prediction_is_open(visit: OpenLab) -> None:
    lab = visit()
    Notes(lab).write("kept from before", kind="stage")
    Practice(lab).open("E1", 0)
    notes = Notes(lab)
    kinds = notes.kind.locator("option").evaluate_all("(options) => options.map((option) => option.value)")
    assert kinds == ["claim", "misconception", "exercise", "source"]
    held = lab.page.get_by_role("button", name="Put on the stage: The present stage")
    expect(held).to_have_attribute("aria-disabled", "true")
    held.click(force=True)
    notes.write("about a claim")
    assert notes.stored["notes"][-1]["link"] == ""
    assert "exercise=E1" in lab.page.url


def test_axe_finds_nothing_grave_and_a_phone_is_wide_enough(visit: OpenLab, subtests: pytest.Subtests) -> None:
    lab = visit()
    notes = Notes(lab)
    notes.write("An " + "unbroken" * 30 + " word", kind="code", then="Look at it")
    lab.page.locator(".notes details").first.evaluate("(fold) => { fold.open = true }")
    for size, scheme in ((LAPTOP, "light"), (PHONE, "dark")):
        with subtests.test(width=size["width"], scheme=scheme):
            lab.page.set_viewport_size(size)
            lab.page.emulate_media(color_scheme=scheme)
            lab.page.wait_for_timeout(100)
            assert lab.grave("#companion-notes") == []
            assert lab.page.evaluate("() => document.documentElement.scrollWidth") <= size["width"]


def _in(part: str, text: str) -> None:
    assert part in text
