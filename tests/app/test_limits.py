"""What one visitor can make the server work out: no single message keeps the others waiting for long.

The server has one thread. What counts is the longest stretch of it that belongs to one visitor: the answer to a
message, or one of the slices that follow it. The time is that of the processor, so that a busy machine changes nothing.
`pytest -s` prints the table.
"""

import inspect
import time
from collections.abc import Callable
from typing import Any

import pytest
from bokeh.document import Document
from panel.io.state import set_curdoc

from app.practice.bank import NUMBERED
from app.training import STEPPED_TOGETHER, TOGETHER
from benchmarks.report import Table, say
from walker import MOST_CALLS, Walker

PAGES = 5  # what one message may cost, in pages put together: each visitor costs at least that one
LONGEST = 1_000_000
DENSE = {"T": LONGEST, "Tw": 0, "cycle_length": 2, "restart_mult": 1.0, "family": "triangular"}
MANY_PINS = "&".join(f"pin={key},T:1000000,Tw:9" for key in ("sgdr", "wsd", "one_cycle", "warmup_cosine"))
Visit = Callable[..., tuple[Document, dict[str, Any]]]

# What is asked, of which component, in order; each begins where the one before it ended.
ASKED: tuple[tuple[str, str, str, Any], ...] = (
    ("the longest run", "controls", "changes", {"T": LONGEST}),
    ("a cycle at every second update", "controls", "changes", DENSE),
    ("a restart at every update", "controls", "changes", {"family": "sgdr", "cycle_length": 1}),
    ("momentum, the longest run", "toy", "changes", {"optimizer": "momentum"}),
    ("Adam, the longest run", "toy", "changes", {"optimizer": "adam"}),
    ("every family, Adam, the longest run", "ranking", "press", {"act": "families", "on": True}),
    ("every family, exact, the longest run", "toy", "changes", {"optimizer": "sgd"}),
    ("every family off", "ranking", "press", {"act": "families", "on": False}),
    ("a link with four pins of the longest run", "address", "visited", f"T=1000000&optimizer=momentum&{MANY_PINS}"),
    ("the same curves under another sharpness", "toy", "changes", {"sharpness": 4_000.0}),
    ("the curve as a table", "takeaway", "asked", {"what": "curve", "part": 0}),
    ("its runs as a table", "takeaway", "asked", {"what": "runs", "part": 0}),
    ("the lesson's code", "lesson", "section", "program"),
    ("the lesson's inquiry", "lesson", "section", "inquiry"),
    ("the map of winners", "winners", "open", True),
    ("its other columns", "winners", "press", {"act": "across", "value": "condition"}),
    ("a range test of the longest run", "controls", "changes", {"family": "range_test", "T": LONGEST}),
    ("two hundred exercises in one message", "practice", "acts", 200),
    ("two hundred commits in one message", "practice", "commits", 200),
    ("ten thousand tabs in one message", "frame", "tabs", 10_000),
    ("a thousand exercises in one message", "frame", "acts", 1_000),
)


def test_no_message_keeps_other_visitors_waiting(visit: Visit) -> None:
    visit()  # the first one imports
    begun = time.process_time()
    walker = Walker(*visit(), 0, [])
    page = time.process_time() - begun
    walker.do(walker.names["lesson"], "open", True)
    rows = []
    for words, part, kind, value in ASKED:
        component = walker.names[part]
        prop, message = _message(walker, part, kind, value)
        first = _spent(walker, lambda c=component, p=prop, m=message: setattr(c, p, m))
        slices = _slices(walker)
        rows.append((words, first, max(slices, default=0.0), len(slices)))
    walker.close()
    table = Table("what one visitor can ask for, ms of the processor", ["asked", "message", "longest slice", "slices"])
    for words, first, longest, amount in rows:
        table.add(words, *(f"{1000 * each:.0f}" for each in (first, longest)), amount)
    table.notes.append(f"Putting the page together takes {1000 * page:.0f} ms.")
    say(f"\n{table}")
    assert [words for words, first, longest, _ in rows if max(first, longest) > PAGES * page] == []


@pytest.mark.parametrize(("optimizer", "longest"), [("sgd", TOGETHER), ("adam", STEPPED_TOGETHER)])
def test_a_run_too_long_for_every_family_says_so(visit: Visit, optimizer: str, longest: int) -> None:
    walker = Walker(*visit(all_families="1", optimizer=optimizer, T="30"), 0, [])
    ranking = walker.names["ranking"]
    assert len(ranking.rows) > 10
    assert ranking.hint == ""
    walker.do(walker.names["controls"], "sent", walker.sent(changes={"T": longest + 1}))
    assert [row["mark"] for row in ranking.rows] == ["live"]
    assert f"up to {longest:,} updates" in ranking.hint
    assert ranking.families is True  # it stays chosen: a shorter run has them again
    walker.close()


def _message(walker: Walker, part: str, kind: str, value: Any) -> tuple[str, Any]:
    if part == "address":
        return "visited", walker.sent(query=value)
    if part == "frame":
        opened = ["exercise", {"exercise": "E1", "seed": 0}]
        turns = [["tab", "code"], ["tab", "lab"]]
        return "sent", walker.sent(acts=turns * (value // 2) if kind == "tabs" else [opened] * value)
    if part == "practice":
        openings = [["open", {"exercise": NUMBERED[n % len(NUMBERED)], "seed": n}] for n in range(value)]
        rest = [["predict", 1], ["why", "It is what it is."], ["sure", "guess"], ["commit", None]]
        acts = openings if kind == "acts" else [act for opening in openings for act in (opening, *rest)]
        return "sent", walker.sent(acts=acts)
    if kind == "section":
        return "sent", walker.sent(act="section", value=value)
    if kind == "changes":
        return "sent", walker.sent(changes=value)
    return ("open", value) if kind == "open" else ("asked" if part == "takeaway" else "pressed", walker.sent(**value))


def _spent(walker: Walker, work: Callable[[], Any]) -> float:
    begun = time.process_time()
    with set_curdoc(walker.document):
        found = work()
        if inspect.isawaitable(found):
            walker.loop.run_until_complete(found)
    return time.process_time() - begun


def _slices(walker: Walker) -> list[float]:
    found: list[float] = []
    while (waiting := list(walker.document.session_callbacks)) and len(found) < MOST_CALLS:
        for each in waiting:
            walker.document.callbacks.remove_session_callback(each)
            found.append(_spent(walker, each.callback))
    return found
