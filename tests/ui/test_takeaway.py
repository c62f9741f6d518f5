"""Files that the page saves: every update, pictures with the link inside, and plots that stay as they are."""

import io
import re
import struct
import zlib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

import schedules
from ui.lab_page import LabPage, OpenLab, eventually, expected
from ui.practice_page import Practice

pytestmark = pytest.mark.browser

QUERY = "family=sgdr&T=400&Tw=20&eta_max=0.0003&eta_min=0&cycle_length=100&restart_mult=1&step=90"
SGDR = {"T": 400, "Tw": 20, "eta_max": 3e-4, "eta_min": 0.0, "cycle_length": 100, "restart_mult": 1.0}
PLOTS = ("schedule", "path", "loss")
SVG = "{http://www.w3.org/2000/svg}"


def saved(lab: LabPage, name: str, seconds: float = 30) -> tuple[str, bytes]:
    """Save a file by the name of its button; return its name and what is in it."""
    with lab.page.expect_download(timeout=seconds * 1000) as download:
        lab.button(name).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def loaded(content: bytes) -> np.ndarray:
    return np.genfromtxt(io.StringIO(content.decode()), comments="#", delimiter=",", names=True)


def link_in(content: bytes) -> str:
    return re.findall(r"^# link: (.+)$", content.decode(), re.MULTILINE)[0]


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Return the chunks of a PNG, each of which must bear its own checksum."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        (check,) = struct.unpack(">I", png[at + 8 + length : at + 12 + length])
        assert check == zlib.crc32(kind + body)
        found.append((kind, body))
        at += 12 + length
    assert (found[0][0], found[-1][0]) == (b"IHDR", b"IEND")
    return found


def test_tables_hold_every_update_and_every_run(visit: OpenLab) -> None:
    lab = visit(QUERY)
    lab.page.get_by_role("tab", name="Code").click()
    lab.page.wait_for_url(re.compile("tab=code"))
    name, curve = saved(lab, "Save the curve as CSV")
    assert name == "schedule-lab-sgdr-T400.csv"
    np.testing.assert_array_equal(loaded(curve)["lr"], schedules.curve("sgdr", **SGDR))
    assert link_in(curve) == lab.page.url
    name, runs = saved(lab, "Save the runs as CSV")
    assert name == "schedule-lab-sgdr-T400-runs.csv"
    outlook, found = expected(schedules.curve("sgdr", **SGDR)), loaded(runs)
    np.testing.assert_array_equal(found[found["run"] == 0]["loss"], outlook.loss)
    assert outlook.runs is not None
    np.testing.assert_array_equal(found[found["run"] == 2]["theta_1"], outlook.runs.theta[0, 1, :, 0])
    expect(lab.page.get_by_text(f"Saved as {name}.")).to_be_visible()


def test_pictures_hold_the_link_that_leads_back_and_leave_the_plots_alone(visit: OpenLab) -> None:
    lab = visit(QUERY)
    lab.page.get_by_role("tab", name="Code").click()
    lab.page.wait_for_url(re.compile("tab=code"))
    rows = lab.rows()
    before = [figure.screenshot() for figure in figures(lab)]
    for plot in PLOTS:
        name, png = saved(lab, f"Save the {plot} plot as PNG")
        assert name == f"schedule-lab-sgdr-T400-{plot}.png"
        texts = dict(body.split(b"\0", 1) for kind, body in chunks(png) if kind == b"tEXt")
        assert texts[b"Source"].decode() == lab.page.url
        assert b"SGDR" in texts[b"Title"]
        name, svg = saved(lab, f"Save the {plot} plot as SVG")
        assert name == f"schedule-lab-sgdr-T400-{plot}.svg"
        root = ElementTree.fromstring(svg)
        assert root.findtext(f"{SVG}metadata") == lab.page.url
        assert lab.page.url in (root.findtext(f"{SVG}desc") or "")
        visible = "".join(text.text or "" for text in root.findall(f"{SVG}text"))
        assert lab.page.url in visible
        assert "cycle_length = 100" in visible
        ground = root.find(f"{SVG}rect")
        assert ground is not None
        assert ground.get("fill") == "#ffffff"
        width, height = float(root.get("width", 0)), float(root.get("height", 0))
        assert struct.unpack(">II", chunks(png)[0][1][:8]) == (2 * width, 2 * height)
        assert len(list(root.iter(f"{SVG}path"))) > 10
    assert [figure.screenshot() for figure in figures(lab)] == before
    other = visit(None)
    other.page.goto(texts[b"Source"].decode())
    other.ready()
    eventually(lambda: _same(other.rows(), rows), other.page)


def test_a_long_run_is_prepared_in_view_and_holds_nothing_up(visit: OpenLab) -> None:
    lab = visit("family=constant&T=1000000&Tw=0&eta_max=0.0001")
    lab.page.get_by_role("tab", name="Code").click()
    with lab.page.expect_download(timeout=60_000) as download:
        lab.button("Save the curve as CSV").click()
        expect(lab.page.get_by_text(re.compile(r"^Preparing … \d+ percent$"))).to_be_visible()
        expect(lab.button("Save the loss plot as PNG")).to_have_attribute("aria-disabled", "true")
        lab.page.get_by_role("radio", name="log", exact=True).check(force=True)
        eventually(lambda: _in(("axis", "log"), lab.query), lab.page, seconds=20)
        expect(lab.page.get_by_text(re.compile(r"^Preparing … \d+ percent$"))).to_be_visible()
    content = Path(download.value.path()).read_bytes()
    assert content.count(b"\n") == 1_000_000 + 1 + content.count(b"# ")
    assert content.endswith(b"\n999999,0.0001\n")
    expect(lab.button("Save the loss plot as PNG")).to_have_attribute("aria-disabled", "false")


def test_what_cannot_be_saved_says_why(visit: OpenLab) -> None:
    lab = visit()
    lab.page.get_by_role("tab", name="Code").click()
    lab.button("Save the range-test plot as PNG").click()
    expect(lab.page.get_by_text("Not saved. No range test is on the stage.")).to_be_visible()
    lab.page.locator("figure.plot").evaluate("(figure) => figure.style.display = 'none'")
    lab.button("Save the schedule plot as SVG").click()
    expect(lab.page.get_by_text("Not saved. This plot is not on the page at the moment.")).to_be_visible()
    practice = Practice(lab).open("E1", 0)
    practice.page.get_by_role("tab", name="Code").click()
    lab.button("Save the curve as CSV").click()
    expect(lab.page.get_by_text("Not saved. Covered while you predict.")).to_be_visible()


def figures(lab: LabPage) -> list[Locator]:
    return lab.page.locator("figure.plot .canvas, .training .canvas").all()


def _same(left: object, right: object) -> None:
    assert left == right


def _in(item: object, items: list[tuple[str, str]]) -> None:
    assert item in items
