"""A class in the lecture hall, with real nginx and three processes of the page."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
from bokeh.util.token import generate_jwt_token, generate_session_id
from playwright.sync_api import Browser, Error
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from app.hall.backend import connections
from app.hall.check import check_session
from hall.process import Hall
from hall.students import Student
from raw_client import run
from ui.lab_page import LAPTOP, READY, LabPage

NODE = "0123456789abcdef" * 2
PAGES = {"warmup_cosine": 1_234, "warmup_linear": 2_345, "wsd": 3_456}  # family and run length
STUDENTS = 12
SECONDS = 40.0
NEW = f"(birth) => performance.timeOrigin !== birth && ({READY})()"


def get(hall: Hall, path: str, **headers: str) -> HTTPResponse:
    connection = HTTPConnection(urlsplit(hall.origin).netloc, timeout=SECONDS)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
    return answer


def test_the_page_is_served(hall: Hall) -> None:
    assert run(check_session(f"{hall.origin}/app")) > 10
    assert get(hall, "/liveness").status == 200
    assert get(hall, "/?family=step").getheader("Location") == "/app?family=step"


@pytest.mark.parametrize(
    "path", ["/rest/session_info", "/admin", "/app/autoload.js", "/app/metadata", "/static/../app"]
)
def test_nothing_else_is(hall: Hall, path: str) -> None:
    assert get(hall, path).status in (400, 403, 404)


def test_the_page_says_how_it_may_be_used(hall: Hall) -> None:
    page = get(hall, "/app")
    assert page.getheader("Server") == "nginx"
    assert page.getheader("X-Content-Type-Options") == "nosniff"
    assert page.getheader("Referrer-Policy") == "no-referrer"
    assert page.getheader("Cache-Control") == "no-store"
    policy = dict(part.split(" ", 1) for part in page.getheader("Content-Security-Policy").split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert "unsafe" not in policy["script-src"]
    other = get(hall, "/app").getheader("Content-Security-Policy")
    assert policy["script-src"] not in other  # a new number for each page


def test_scripts_are_packed_and_kept(hall: Hall) -> None:
    packed = get(hall, "/static/js/bokeh.min.js?v=1", **{"Accept-Encoding": "br, gzip"})
    assert packed.getheader("Content-Encoding") == "gzip"
    assert "immutable" in packed.getheader("Cache-Control")
    plain = get(hall, "/static/js/bokeh.min.js?v=1")
    assert plain.getheader("Content-Encoding") is None
    assert int(plain.getheader("Content-Length")) > 1_000_000


def test_what_is_too_large_is_refused(hall: Hall) -> None:
    assert get(hall, f"/app?note={'x' * 40_000}").status == 414
    connection = HTTPConnection(urlsplit(hall.origin).netloc, timeout=SECONDS)
    with contextlib.closing(connection):
        connection.request("POST", "/app", body=b"x" * 2_000)
        with connection.getresponse() as answer:
            assert answer.status == 413


@pytest.mark.parametrize("forged", ["unsigned", "with another key", "garbage"])
def test_a_forged_session_is_refused(hall: Hall, forged: str) -> None:
    key = b"another key, which is long enough too" if forged == "with another key" else None
    session = generate_session_id(secret_key=key, signed=bool(key))
    token = generate_jwt_token(session, secret_key=key, signed=bool(key)) if forged != "garbage" else "garbage"
    assert get(hall, f"/app?bokeh-session-id={session}").status == 403
    assert run(_first_frame(hall, hall.origin, token)) is None


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://127.0.0.1", "null"])
def test_a_page_of_another_site_is_refused(hall: Hall, origin: str) -> None:
    # With the same name as host, too: a name of somebody else's may be made to lead here.
    status = get(hall, "/app/ws", Origin=origin, Host=urlsplit(origin).netloc or origin).status
    assert status == 403


def test_a_page_of_its_own_connects(hall: Hall) -> None:
    token = run(Student(hall.origin, "").page())
    assert run(_first_frame(hall, hall.origin, token)) is not None


@pytest.mark.browser
def test_the_page_works_under_its_policy(hall: Hall, chromium: Browser) -> None:
    lab = LabPage(chromium, hall.origin)
    try:
        lab.open("family=sgdr&T=1000")
        for tab in ("Lesson", "Practice", "Code", "Sources", "Lab"):
            lab.page.get_by_role("tab", name=tab, exact=True).click()
            lab.page.wait_for_timeout(300)
        lab.type_exactly("T", "2000")
        lab.draws("sgdr", T=2_000)
        # Markup that slips in runs nothing.
        lab.page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<i id=in><img src=data:, onerror=slip=1></i>')"
        )
        lab.page.wait_for_timeout(100)
        assert lab.page.evaluate("typeof slip") == "undefined"
        blocked = [problem for problem in lab.problems if "inline event handler" in problem]
        assert len(blocked) == 1
        assert [problem for problem in lab.problems if problem not in blocked] == []
    finally:
        lab.close()


@pytest.mark.browser
def test_a_process_dies_in_the_middle_of_a_class_and_everybody_goes_on(hall: Hall, chromium: Browser) -> None:
    context = chromium.new_context(viewport=LAPTOP)
    context.add_cookies([{"name": "schedule_lab_node", "value": NODE, "url": hall.origin}])
    before = hall.backends()
    quiet = {name: connections(port) for name, (_pid, port) in before.items()}
    pages = {family: LabPage(chromium, hall.origin, lenient=True, usual=context) for family in PAGES}
    try:
        for family, lab in pages.items():
            lab.open()
            lab.choose(family)
            lab.type_exactly("T", str(PAGES[family]))
            lab.shows(family, T=PAGES[family])
        busy = {name: connections(port) - quiet[name] for name, (_pid, port) in before.items()}
        (victim,) = [name for name, count in busy.items() if count >= len(PAGES)]  # one cookie, one process
        births = {family: lab.page.evaluate("performance.timeOrigin") for family, lab in pages.items()}
        with ThreadPoolExecutor(1) as pool:
            fatal: list[float] = []
            lesson = pool.submit(asyncio.run, _class(hall, before[victim][0], fatal))
            while not fatal and not lesson.done():
                time.sleep(0.05)
            (killed,) = fatal
            back = _wait_for_pages(pages, births, killed)
            students, newcomer = lesson.result(SECONDS)
        for family, lab in pages.items():
            lab.shows(family, T=PAGES[family])
            assert lab.page.get_by_role("alert").count() == 0
        returned = hall.wait(lambda: hall.backends()[victim][0] != before[victim][0], SECONDS)
        assert hall.backends()[victim][1] == before[victim][1]
        hit = [student for student in students if student.lost]
        _tell(
            [
                (f"killed with SIGKILL: {victim} of {len(before)}", "", ""),
                ("browser pages", f"{len(pages)} of {len(pages)} hit", f"back within {max(back.values()):.1f} s"),
                *[(f"  {family}, T = {PAGES[family]:,}", "same state", f"{back[family]:.1f} s") for family in pages],
                ("students hit", f"{len(hit)} of {STUDENTS}", ""),
                (
                    "  came back, same state",
                    f"{len(hit)} of {len(hit)}",
                    f"{max(s.opened[-1] - killed for s in hit):.1f} s",
                ),
                ("students elsewhere, undisturbed", f"{STUDENTS - len(hit)}", ""),
                ("a new visitor at that moment", "served", f"{newcomer:.1f} s"),
                (f"{victim} serves again", "", f"{time.monotonic() - killed:.1f} s" if returned else "before that"),
            ]
        )
    finally:
        context.close()


@pytest.mark.browser
def test_a_rolling_restart_takes_nobody_s_state(hall: Hall, chromium: Browser) -> None:
    before = hall.backends()
    lab = LabPage(chromium, hall.origin, lenient=True)
    try:
        lab.open()
        lab.type_exactly("T", "4321")
        lab.shows("warmup_cosine", T=4_321)
        hall.process.send_signal(signal.SIGHUP)
        statuses = []

        def rolled() -> bool:
            statuses.append(get(hall, "/liveness").status)
            return "every process is restarted" in hall.told

        hall.wait(rolled, 2 * SECONDS)
        assert set(statuses) == {200}
        after = hall.backends()
        assert {name for name in before if after[name][0] == before[name][0]} == set()
        assert {name: port for name, (_pid, port) in after.items()} == {n: port for n, (_pid, port) in before.items()}
        lab.ready()
        lab.shows("warmup_cosine", T=4_321)
        lab.type_exactly("T", "4322")
        lab.shows("warmup_cosine", T=4_322)
    finally:
        lab.close()


async def _class(hall: Hall, pid: int, fatal: list[float]) -> tuple[list[Student], float]:
    """Let a class come in and move controls, kill a process, say when, and return when all of them go on.

    Returns:
        The class, and how long a new visitor took that came just then [seconds].
    """
    students = [Student(hall.origin, f"T={2_000 + n}&family=step", NODE if n < 2 else "") for n in range(STUDENTS)]
    async with asyncio.timeout(SECONDS):
        for student in students:
            await student.visit()
        attending = [asyncio.create_task(student.attend()) for student in students]
        await asyncio.gather(*(student.move(T=3_000 + n) for n, student in enumerate(students)))
    states = [student.query for student in students]
    assert len(set(states)) == STUDENTS
    os.kill(pid, signal.SIGKILL)
    killed = time.monotonic()
    fatal.append(killed)
    await asyncio.to_thread(get, hall, "/app")
    newcomer = time.monotonic() - killed
    while not any(student.lost for student in students):
        await asyncio.sleep(0.05)
    while any(len(student.opened) <= len(student.lost) for student in students):
        assert time.monotonic() < killed + SECONDS
        await asyncio.sleep(0.05)
    assert [student.query for student in students] == states
    async with asyncio.timeout(SECONDS):
        await asyncio.gather(*(student.move(T=4_000 + n) for n, student in enumerate(students)))
    assert [f"T={4_000 + n}&" in student.query for n, student in enumerate(students)] == [True] * STUDENTS
    for task in attending:
        task.cancel()
    await asyncio.gather(*attending, return_exceptions=True)
    for student in students:
        await student.leave()
    return students, newcomer


def _wait_for_pages(pages: dict[str, LabPage], births: dict[str, float], killed: float) -> dict[str, float]:
    """Wait until each page has come back, and return after how many seconds."""
    back: dict[str, float] = {}
    while len(back) < len(pages):
        assert time.monotonic() < killed + SECONDS
        for family, lab in pages.items():
            with contextlib.suppress(Error):  # a page that is just being left answers no questions
                if family not in back and lab.page.evaluate(NEW, births[family]):
                    back[family] = time.monotonic() - killed
        next(iter(pages.values())).page.wait_for_timeout(50)
    return back


def _tell(rows: list[tuple[str, str, str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    sys.stdout.write("\n".join(["", *lines, ""]))


async def _first_frame(hall: Hall, origin: str, token: str) -> object:
    """Connect with a token; return what the server says first, None if it closes the socket instead."""
    request = HTTPRequest(f"ws://{urlsplit(hall.origin).netloc}/app/ws", headers={"Origin": origin})
    connection = await websocket_connect(request, subprotocols=["bokeh", token])
    frame = await asyncio.wait_for(connection.read_message(), SECONDS)
    connection.close()
    while frame is not None and await connection.read_message() is not None:
        pass
    return frame
