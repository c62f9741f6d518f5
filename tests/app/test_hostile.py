"""Hostile visitors: whatever comes in, the page stays legal and clean, the server goes on, and others notice nothing.

`pytest -s` prints what each kind of input got.
"""

import asyncio
import json
import logging
import os
import re
import time
import urllib.error
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from bokeh.document import Document
from bokeh.util.token import generate_jwt_token, generate_session_id

from app.link import encode
from app.model import SECTIONS, Lab
from app.views.component import Component
from app.views.theme import PAGE
from benchmarks.machine import resident
from benchmarks.report import Table, say
from raw_client import Client, connected, get, token_of
from raw_client import run as in_thread
from ui.server import Server
from walker import FROM_BROWSER, Walker

Visit = Callable[..., tuple[Document, dict[str, Any]]]
MESSAGE = 262_144  # bytes; as Procfile and Makefile have it
DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]

# What is sent in place of a value that a browser would send.
VALUES: dict[str, Any] = {
    "nothing": None,
    "true": True,
    "minus one": -1,
    "an integer of 400 digits": 10**400,
    "not a number": float("nan"),
    "infinity": float("inf"),
    "minus infinity": float("-inf"),
    "the least float": 5e-324,
    "the greatest float": 1.7976931348623157e308,
    "empty text": "",
    "a long text": "x" * 100_000,
    "markup": "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "a script address": "javascript:alert(1)",
    "quotes": "\"'`${7*7}{{7*7}}</style>",
    "half a surrogate": "\ud800",
    "zeros and controls": "\x00\x07\x1b[2J",
    "turned writing": "\u202etxt.exe",
    "digits of other scripts": "٣²½",
    "a list": [1, "a", None],
    "a long list": list(range(20_000)),
    "a deep list": DEEP,
    "a mapping": {"a": {"b": 1}},
    "names of Python": {"__class__": "x", "__init__": "y"},
    "a name with markup": {"<b>": "<i>"},
}
# Each value goes to the components of its turn; `SCHEDULE_LAB_HOSTILE=all` in the environment sends each everywhere.
TURNS = {"controls": 0, "stage_controls": 1, "toy": 1, "playhead": 1, "practice": 2, "sweep_controls": 3}
EVERYTHING = os.environ.get("SCHEDULE_LAB_HOSTILE") == "all"
REPEATS = re.compile(r" is not allowed; | is not known; | was ignored: | became ")
TARGETS = ("T", "eta_max", "restart_mult", "family", "wsd.decay", "reset", "undo", "step.gamma")
ACTS = ("open", "predict", "why", "sure", "nudge", "saw", "tick", "neighbour", "resume", "commit", "undo", "clear")
QUERY = ("T", "eta_max", "family", "pin", "axis", "section", "scene", "exercise", "exercise_seed", "step", "seed", "x")


def places(value: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield (component, property, message) with a hostile value wherever a browser sends one."""
    for group, names in {
        "controls": TARGETS,
        "stage_controls": ("axis", "pin", "preset"),
        "playhead": ("step",),
        "toy": ("problem", "optimizer", "sharpness", "beta", "seed", "noise"),
        "sweep_controls": ("start_range_test", "range_sweep", "base_mark", "max_mark", "show_readings"),
    }.items():
        yield group, "sent", {"seq": value, "changes": value}
        for name in names:
            yield group, "sent", {"seq": 1, "changes": {name: value}}
    yield "practice", "sent", {"seq": value, "acts": value}
    yield "practice", "sent", {"seq": 1, "acts": [value, [value, value], [value]]}
    yield "practice", "sent", {"seq": 1, "acts": [["open", {"exercise": "E1", "seed": value}]]}
    yield "practice", "sent", {"seq": 1, "acts": [["open", {"exercise": value, "seed": 0}]]}
    for exercise in ("E1", "E2", "E9"):
        yield "practice", "sent", {"seq": 1, "acts": [["open", {"exercise": exercise, "seed": 3}]]}
        yield "practice", "sent", {"seq": 1, "acts": [[act, value] for act in ACTS]}
        record = {"exercise": exercise, "seed": 3, "answer": value, "sure": "sure", "reason": value, "nudges": value}
        yield "practice", "sent", {"seq": 1, "acts": [["resume", {"misses": value, "record": record}]]}
        yield "practice", "sent", {"seq": 1, "acts": [["resume", {"misses": value, "draft": record}]]}
        yield "practice", "sent", {"seq": 1, "acts": [["saw", [value, value]], ["tick", [value, value]]]}
    whole = {"exercise": "E1", "seed": 4, "answer": 0.5, "sure": "sure", "reason": "It is what it is."}
    for name in ("nudges", "worked", "ticks", "neighbour", "seen", "remark"):
        yield "practice", "sent", {"seq": 1, "acts": [["open", {"exercise": "E1", "seed": 4}]]}
        yield "practice", "sent", {"seq": 1, "acts": [["resume", {"misses": 0, "record": {**whole, name: value}}]]}
    yield "practice", "sent", {"seq": 1, "acts": [["close", value]]}
    for act in (value, "section", "show", "turn", "scene", "pick", "step", "case", "line", "run", "cue"):
        yield "lesson", "sent", {"seq": value, "act": act, "value": value}
    yield "legend", "pressed", {"act": value, "index": 0}
    yield "legend", "pressed", {"act": "remove", "index": value}
    for press in ({"act": value}, {"act": "families", "on": value}, {"act": "pin", "remake": value}):
        yield "ranking", "pressed", press
    yield "ranking", "pressed", {"act": "show", "row": value}
    yield "ranking", "pressed", {"act": "sort", "column": value}
    yield "winners", "pressed", {"act": "across", "value": value}
    yield "winners", "pressed", {"act": "load", "row": value, "column": value, "version": value}
    yield "takeaway", "asked", {"seq": value, "what": value, "page": value, "part": value}
    yield "takeaway", "asked", {"seq": 1, "what": "runs", "page": value, "part": value}
    yield "address", "visited", {"query": value, "seq": 1}
    text = quote(value if isinstance(value, str) else repr(value)[:3_000], errors="replace")
    yield "address", "visited", {"query": "&".join(f"{name}={text}" for name in QUERY), "seq": 1}


@pytest.fixture(scope="module")
def walker(visit: Visit) -> Iterator[Walker]:
    """A visit with every tab open, and a short run."""
    walker = Walker(*visit(T="60", Tw="9"), 0, [])
    for part in ("lesson", "listing", "winners"):
        walker.do(walker.names[part], "open", True)
    yield walker
    walker.close()


def test_nothing_that_is_sent_fails_the_page_or_gets_through_unchecked(
    walker: Walker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    lab, home = walker.lab, "T=60&Tw=9"
    table = Table("hostile values, by what they got", ["value", "places", "ignored", "said so", "made legal"])
    for turn, (words, value) in enumerate(VALUES.items()):
        got: Counter[str] = Counter()
        for number, (part, prop, message) in enumerate(places(value)):
            if turn % 4 != TURNS.get(part, 3) and not EVERYTHING:
                continue
            before, said = lab.state, (lab.notices, lab.desk.refusal)
            component = walker.names[part]
            if part == "lesson":
                lab.go({"section": SECTIONS[number % len(SECTIONS)]})
            walker.do(component, prop, message)
            # A sentence may repeat what is not allowed; nothing else may.
            assert [bad for bad in walker.bad if not REPEATS.search(bad)] == [], (part, message)
            walker.bad.clear()
            walker.check()
            changed = {name for name in before if before[name] != lab.state[name]} - {"exercise", "exercise_seed"}
            news = (lab.notices, lab.desk.refusal) != said
            got["made legal" if changed else "said so" if news else "ignored"] += 1
            assert caplog.records == [], (part, message)
        assert json.dumps(lab.desk.shown, allow_nan=False)
        walker.do(walker.names["address"], "visited", {"query": home, "seq": 1})
        table.add(words, sum(got.values()), *(got[each] for each in ("ignored", "said so", "made legal")))
    say(f"\n{table}")


def test_only_what_comes_from_the_browser_is_taken_from_it(visit: Visit) -> None:
    for name, part in Walker(*visit(), 0, []).components.items():
        assert isinstance(part, Component), f"{name} listens to all that a client sets; see app/views/component.py"
        declared = {prop for prop in part.param if (part.param[prop].doc or "").startswith(FROM_BROWSER)}
        assert set(part._linked_properties) == declared, name


# A real server, and clients that keep to none of a browser's manners.

LIFETIME = 1.0  # seconds that a session without a connection is kept, here


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve with the limits of the Procfile, and sessions that end soon after their visitor has left."""
    options = ["--websocket-max-message-size", str(MESSAGE), "--liveness"]
    options += ["--unused-session-lifetime", str(int(1000 * LIFETIME)), "--check-unused-sessions", "200"]
    server = Server(tmp_path_factory.mktemp("hostile") / "log", options=options)
    yield server
    server.stop()


@pytest.fixture
def bystander(server: Server) -> Iterator[Callable[[Callable[[Client, Client], Coroutine[Any, Any, None]]], None]]:
    """A function that runs an attack beside another visitor, and then asserts that this one notices nothing."""

    def run(attack: Callable[[Client, Client], Coroutine[Any, Any, None]]) -> None:
        async def both() -> None:
            async with connected(server.origin) as other:
                await other.load()
                before = await state_of(other)
                async with connected(server.origin) as hostile:
                    await hostile.load()
                    await attack(hostile, other)
                assert await state_of(other) == before
                await other.patch(controls_of(other), "sent", {"seq": 1, "changes": {"T": 77}})
                await wait_for(other, "T=77")
                await other.patch(controls_of(other), "sent", {"seq": 2, "changes": {"undo": True}})
                await wait_for(other, "T=10000")

        in_thread(both())

    yield run
    assert server.process.poll() is None
    assert get(server.origin, "/liveness")


def controls_of(client: Client) -> str:
    """Return the name of the controls of the curve."""
    return next(name for name in sorted(client.models) if name.startswith("Controls"))


async def state_of(client: Client) -> str:
    """Return the link that a session has in its address."""
    await client.load()
    found = [m for m in client.models.values() if m["attributes"]["name"].startswith("Address")]
    return str(found[0]["attributes"].get("query", ""))


async def wait_for(client: Client, part: str) -> None:
    """Wait until the link of a session has a part."""
    end = time.monotonic() + 10
    while part not in (state := await state_of(client)):
        assert time.monotonic() < end, state
        await asyncio.sleep(0.05)


MALFORMED: dict[str, list[str | bytes]] = {
    "no JSON": ["{"],
    "a number": ["1"],
    "an empty frame": [""],
    "bytes first": [b"\xff\x00"],
    "a header without a type": ['{"msgid":"1"}', "{}", "{}"],
    "a type that is none": ['{"msgid":"1","msgtype":"EVIL"}', "{}", "{}"],
    "a patch without events": ['{"msgid":"1","msgtype":"PATCH-DOC"}', "{}", "{}"],
    "a patch of no model": [
        '{"msgid":"1","msgtype":"PATCH-DOC"}',
        "{}",
        '{"events":[{"kind":"ModelChanged","model":{"id":"nobody"},"attr":"T","new":1}]}',
    ],
    "a patch of no kind": ['{"msgid":"1","msgtype":"PATCH-DOC"}', "{}", '{"events":[{"kind":"Evil"}]}'],
    "a model of no class": [
        '{"msgid":"1","msgtype":"PATCH-DOC"}',
        "{}",
        '{"events":[{"kind":"RootAdded","model":{"type":"object","name":"os.system","id":"x"}}]}',
    ],
    "JSON a hundred thousand deep": ['{"msgid":"1","msgtype":"PATCH-DOC"}', "{}", "[" * 100_000],
    "a billion buffers": ['{"msgid":"1","msgtype":"PATCH-DOC","num_buffers":1000000000}', "{}", "{}"],
    "longer than a message may be": ["x" * (MESSAGE + 1)],
    "an array larger than its bytes": [
        '{"msgid":"1","msgtype":"PATCH-DOC"}',
        "{}",
        '{"events":[{"kind":"RootAdded","model":{"type":"ndarray","array":{"type":"bytes","data":"AAAA"},'
        '"dtype":"float64","shape":[1000000000],"order":"little"}}]}',
    ],
}


def test_malformed_messages_and_too_long_ones_harm_only_the_connection_that_sends_them(
    server: Server, bystander: Any
) -> None:
    table = Table("malformed messages", ["message", "answer"])

    async def attack(_hostile: Client, _other: Client) -> None:
        token = token_of(await asyncio.to_thread(get, server.origin))
        for words, fragments in MALFORMED.items():
            async with connected(server.origin, token) as hostile:
                await hostile.raw(*fragments)
                table.add(words, await hostile.answer())

    bystander(attack)
    say(f"\n{table}")
    answers = {row[0]: row[1] for row in table.rows}
    assert answers["longer than a message may be"] == "the connection is closed"
    assert set(answers.values()) <= {"the connection is closed", "ERROR", "none"}


# What a client must not decide, of some components.
FIXED = {
    "Controls": ("items", "title", "shown", "done"),
    "Practice": ("fixed", "shown", "done"),
    "Lesson": ("titles", "typesetter", "section", "blocks", "can_undo"),
    "Listing": ("targets", "code", "output", "note"),
    "Legend": ("curves",),
    "Prose": ("sentence", "training", "notices", "error"),
    "Tables": ("key_values", "steps"),
    "Ranking": ("rows", "columns", "tools", "sort", "descending", "families"),
    "Winners": ("map", "here", "across", "stale"),
    "TakeAway": ("plots", "answer"),
    "Address": ("query", "beats"),
}


def test_what_only_the_server_writes_moves_nothing_when_a_client_writes_it(server: Server, bystander: Any) -> None:
    """Each property of each component that goes to the browser is set to something; then the page is used as ever."""

    async def attack(hostile: Client, _other: Client) -> None:
        written = 0
        for name in [name for name in hostile.models if name.rstrip("0123456789") in FIXED]:
            for attr in FIXED[name.rstrip("0123456789")]:
                for value in (1, "evil", ["<b>"], {"evil": 1}):
                    written += (await hostile.patch(name, attr, value))["header"]["msgtype"] == "OK"
        assert written > 20
        for figure in ("schedule", "loss", "path", "range_test", "prediction"):
            for attr, value in (("inner_width", 10**9), ("inner_height", 10**9), ("inner_height", -1)):
                if figure in hostile.models:
                    await hostile.patch_id(hostile.id(figure), attr, value)
        await hostile.patch_id(hostile.id("schedule_data"), "data", {"type": "map", "entries": []})
        await hostile.patch(controls_of(hostile), "sent", {"seq": 1, "changes": {"T": 50}})
        await wait_for(hostile, "T=50")

    before = server.log.read_text()
    bystander(attack)
    said = [line for line in server.log.read_text()[len(before) :].splitlines() if "Callback failed" in line]
    assert said == []  # what is refused is refused by type, before anything listens


def test_a_session_cannot_be_chosen_by_an_address(server: Server) -> None:
    token = token_of(get(server.origin))
    for name, value in (("bokeh-session-id", "mine"), ("bokeh-token", token)):
        for path in ("/app?", "/app/autoload.js?bokeh-autoload-element=e&"):
            with pytest.raises(urllib.error.HTTPError, match="403"):
                get(server.origin, f"{path}{name}={value}")
    assert token_of(get(server.origin)) != token


def test_the_first_visitor_of_a_server_has_no_hand_in_the_page_of_the_others(tmp_path: Path) -> None:
    server = Server(tmp_path / "log", options=["--liveness"], ready="/liveness")

    async def visit() -> None:
        async with connected(server.origin) as first:
            document = (await first.ask("PULL-DOC-REQ", {}))["content"]["doc"]
            gone = [{"kind": "RootRemoved", "model": {"id": root["id"]}} for root in document["roots"]]
            await first.ask("PATCH-DOC", {"events": [{"kind": "TitleChanged", "title": "Mine now"}, *gone]})

    try:
        in_thread(visit())
        page = get(server.origin)
        assert "Mine now" not in page
        assert "<title>Schedule Lab</title>" in page
        assert len(re.findall("data-root-id", page)) == len(re.findall(r"embed\(roots\.", PAGE))
    finally:
        server.stop()


def test_two_pages_that_look_alike_have_sessions_of_their_own(server: Server) -> None:
    async def both() -> str:
        async with connected(server.origin) as one, connected(server.origin) as other:
            await one.load()
            await one.patch(controls_of(one), "sent", {"seq": 1, "changes": {"T": 50}})
            await wait_for(one, "T=50")
            return await state_of(other)

    assert token_of(get(server.origin)) != token_of(get(server.origin))
    assert "T=50" not in in_thread(both())


def test_sessions_without_a_visitor_go_away_and_leave_no_memory(server: Server) -> None:
    """Pages that are asked for and never connected: each costs some time and memory, and is gone after its lifetime."""
    amount, batches, sizes = 5, 3, []
    begun = time.perf_counter()
    for _ in range(batches):
        for _ in range(amount):
            get(server.origin)
        sizes.append(resident([server.process.pid]))
        time.sleep(2 * LIFETIME)
    spent = (time.perf_counter() - begun - batches * 2 * LIFETIME) / (amount * batches)
    table = Table(f"half-open sessions, {amount} at a time", ["after", "memory of the server, MB"])
    for number, size in enumerate(sizes, start=1):
        table.add(f"{amount * number} visits", f"{size:.0f}")
    table.notes.append(f"{1000 * spent:.0f} ms for each visit; a session without a connection is kept {LIFETIME} s.")
    say(f"\n{table}")
    assert sizes[-1] < sizes[0] + 25  # a batch that stayed would take about as much as the first


def test_a_forged_session_is_refused_where_sessions_are_signed(tmp_path: Path) -> None:
    signed = {"BOKEH_SIGN_SESSIONS": "true", "BOKEH_SECRET_KEY": "of this test alone"}
    server = Server(tmp_path / "log", environment=signed)

    async def opens(token: str) -> bool:
        try:
            async with connected(server.origin, token):
                return True
        except EOFError:
            return False

    try:
        page = get(server.origin)
        assert signed["BOKEH_SECRET_KEY"] not in page
        token = token_of(page)
        guess: dict[str, Any] = {"secret_key": "guessed", "signed": True}
        forged = generate_jwt_token(generate_session_id(**guess), **guess)
        plain = generate_jwt_token(generate_session_id(signed=False), signed=False)
        assert in_thread(opens(token)) is True
        assert [in_thread(opens(each)) for each in (forged, plain, token[:-3] + "abc", "none")] == [False] * 4
        assert in_thread(opens(token_of(get(server.origin)))) is True
    finally:
        server.stop()


def test_no_secret_and_no_path_of_the_machine_stands_in_the_page(server: Server) -> None:
    page = get(server.origin)
    assert TOKENS.findall(page) == ["token"]
    for secret in (str(Path(__file__).parents[2]), str(Path.home()) + "/", "BOKEH_", "SECRET", "PASSWORD"):
        assert secret not in page


TOKENS = re.compile(r'"(\w*(?:token|secret|passw|api_?key|cookie)\w*)":"[^"]', re.IGNORECASE)


def test_the_texts_of_a_state_are_encoded_in_its_link() -> None:
    lab = Lab()
    lab.restore({**lab.state}, ["<b>"])
    assert re.fullmatch(r"[\w=&.,:~%-]+", encode(lab))
