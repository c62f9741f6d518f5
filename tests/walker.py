"""A visitor without a browser, who does at random whatever the page's components can send, and looks at what comes.

All that a browser can do to the page is to set a property that its component declares as "From the browser". `MOVES`
has a function for each of them that draws a value, for the state in which the page is. A component that is new on the
page needs one line there; `unknown` says which have none.
"""

import asyncio
import contextlib
import inspect
import math
import random
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import panel as pn
from bokeh.document import Document
from bokeh.models import GlyphRenderer
from panel.custom import JSComponent
from panel.io.state import set_curdoc

import schedules
from app.lesson.storyboard import SCENES
from app.link import decode, encode, parse
from app.model import FRAME, PRACTICE, SECTIONS, UNRECORDED, Lab
from app.parts import BELOW, PARTS, TABS
from app.practice.attempt import RUBRIC, SURE
from app.practice.bank import NUMBERED
from app.practice.forms import KNOTS, SEEN, Choice, Number, Ordering, Place
from app.practice.question import LARGEST_SEED
from app.views.ranking import COLUMNS, TOOLS
from app.views.takeaway import PLOTS

FROM_BROWSER = "From the browser"
BAD = re.compile(r"(?<![\w\"'.])(?:nan|NaN|undefined|\[object \w+\]|None(?! of the))(?![\w\"'(])")
CODE = {"code", "lines", "esm", "packed"}  # where such words are Python's own, or no words at all
SHORT, USUAL, LONG = 60, 3_000, 20_000  # updates of a run
MOST_CALLS = 4_000  # of what waits for later, after one move
RECORDED = frozenset(Lab().state) - UNRECORDED - set(PRACTICE) - set(FRAME)
MOST_ACTS = 3  # that undo has to take back after one message
PAUSE = 2.0  # seconds: longer than what is still one act


class Walker:
    """Drives one visit.

    Args:
        document: The page, as `main.py` builds it.
        names: What `main.py` has made.
        seed: Decides what is done.
        queries: Addresses to go to now and then.
    """

    def __init__(self, document: Document, names: dict[str, Any], seed: int, queries: list[str]) -> None:
        self.document = document
        self.names = names
        self.lab: Lab = names["lab"]
        self.random = random.Random(seed)
        self.queries = list(queries)
        self.clock = 1_000.0
        self.seq = 0
        renderers = document.select({"type": GlyphRenderer})
        self._drawn_by = {each.glyph: each.data_source for each in renderers}
        self._redrawn: set[Any] = set()  # sources whose glyph has changed within a message
        self.loop = asyncio.new_event_loop()  # for what Panel wants awaited
        self.did: list[str] = []  # what was done, for whoever looks into a failure
        self.bad: list[str] = []  # texts and numbers that went to the browser and should not have
        self.undone = 0  # acts that were taken back and done again
        self.components = {name: part for name, part in names.items() if isinstance(part, JSComponent)}
        self.heard = {key.partition(".")[2] for key in self.declared()}
        self.moves = {key: MOVES[key] for key in self.declared() if key in MOVES} | BEYOND
        # Else Bokeh looks through all models for each axis that gets other ticks: two thirds of the time.
        self._frozen = contextlib.ExitStack()
        self._frozen.enter_context(document.models.freeze())
        with set_curdoc(document):
            pn.state._on_load(document)  # as if the browser had the page
        self.run_waiting()
        document.on_change(self._look)

    def close(self) -> None:
        """End the visit."""
        self._frozen.close()
        self.loop.close()

    def declared(self) -> Iterator[str]:
        """Yield component.property for all that components say to come from the browser."""
        for name, part in self.components.items():
            for prop in part.param:
                if (part.param[prop].doc or "").startswith(FROM_BROWSER):
                    yield "controls.sent" if prop == "sent" and "items" in part.param else f"{name}.{prop}"

    @property
    def unknown(self) -> set[str]:
        """What the page's components can be sent, and this visitor does not know how to."""
        return set(self.declared()) - MOVES.keys()

    # One move.

    def step(self) -> None:
        """Do one thing at random, and check the page."""
        names = list(self.moves)
        while True:
            name = self.random.choices(names, [WEIGHTS.get(each, 1) for each in names])[0]
            before = self.snapshot()
            quick = self.random.random() < 0.5
            self.clock += 0.01 if quick else PAUSE
            drawn = self.moves[name](self)
            if drawn is None:
                continue  # nothing of this kind can be done now
            part, prop, value = drawn
            self.do(part, prop, value)
            if not quick and self._is_act(name, value) and before != self.snapshot():
                self._there_and_back(before)
            return self.check()

    def do(self, part: Any, prop: str, value: Any) -> None:
        """Set a property as a browser does, and let the server finish all that follows from it."""
        self.did.append(f"{getattr(part, 'name', part)}.{prop} = {value!r}"[:400])
        self._redrawn.clear()
        with set_curdoc(self.document):
            setattr(part, prop, value)
        self.run_waiting()

    def run_waiting(self) -> None:
        """Call what waits for later, and what that has wait, until nothing does."""
        for _ in range(MOST_CALLS):
            waiting = list(self.document.session_callbacks)
            if not waiting:
                return
            for each in waiting:
                self.document.callbacks.remove_session_callback(each)
                self._redrawn.clear()
                with set_curdoc(self.document):
                    work = each.callback()
                    if inspect.isawaitable(work):
                        self.loop.run_until_complete(work)
        raise AssertionError("there is always something left to do")

    def snapshot(self) -> dict[str, Any]:
        """Return what undo goes over."""
        return {name: value for name, value in self.lab.state.items() if name in RECORDED}

    @staticmethod
    def _is_act(move: str, value: Any) -> bool:
        """Tell whether a move is something that undo takes back."""
        if move in ("address.visited", "practice.sent"):  # these have a way back of their own
            return False
        said = value if isinstance(value, dict) else {}
        return said.get("act") != "undo" and not {"undo", "redo"} & said.get("changes", {}).keys()

    def _there_and_back(self, before: dict[str, Any]) -> None:
        after, pressed = self.snapshot(), 0
        while self.snapshot() != before and pressed < MOST_ACTS and self.lab.can_undo:
            self._redrawn.clear()  # each is a message of its own
            self.lab.undo()
            pressed += 1
        assert self.snapshot() == before, "undo does not lead back"
        for _ in range(pressed):
            self._redrawn.clear()
            self.lab.redo()
        assert self.snapshot() == after, "redo does not lead there again"
        self.run_waiting()
        self.undone += 1

    # What has to hold.

    def check(self) -> None:
        """Assert that what is shown is the state, and that no number went astray."""
        lab, names = self.lab, self.names
        assert self.bad == [], self.bad
        values = {spec.name: lab.value_of(spec.name) for spec in lab.spec.params}
        conflict = schedules.FAMILIES[lab.family].conflict(**values)
        assert bool(lab.error) == bool(conflict), f"{lab.error!r} is said of {lab.family} {values}: {conflict!r}"
        family, drawn = (lab.live.family, dict(lab.live.values)) if conflict else (lab.family, values)
        run = schedules.run(family, **drawn)
        data, rows = names["plot"].data.data, [list(row) for row in schedules.key_value_rows(run)]
        if lab.held:
            assert len(data["lr"]) == 0
            assert names["tables"].key_values == []
        else:
            assert (data["step"][0], data["step"][-1]) == (0, run.lr.size - 1)
            np.testing.assert_array_equal(data["lr"], schedules.curve(family, **drawn)[np.asarray(data["step"])])
            assert names["tables"].key_values == rows
            assert names["prose"].sentence == ("" if "words" in lab.hidden else run.sentence)
        link = encode(lab)
        if names["address"].query:  # a visit without a link leaves the address alone until something changes
            assert names["address"].query == link
        if not conflict:
            state, notices = decode(parse(link), Lab())
            assert (state, notices) == (lab.state, [])

    def _look(self, event: Any) -> None:
        attr, found = getattr(event, "attr", ""), getattr(event, "new", None)
        model = getattr(event, "model", None)
        if model in self._drawn_by:
            self._redrawn.add(self._drawn_by[model])
        if attr == "data" and model in self._redrawn:
            # Bokeh (3.9) draws a changed glyph bit by bit; what is left would meet fewer points than it has counted.
            self.bad.append(f"{model}: its glyph changed before its data, in one message")
        if attr in self.heard:  # what the browser has just said
            return
        if attr == "data" and isinstance(found, dict):  # of a plot, whose numbers are its own matter
            found = {name: list(column) for name, column in found.items() if name == "text"}
        self.bad += [f"{event.model}.{attr}: {text}" for text in faults(found, attr)]

    # What values are drawn from.

    def sent(self, **fields: Any) -> dict[str, Any]:
        """Return a message with the next number."""
        self.seq += 1
        return {"seq": self.seq, **fields}

    def shared(self) -> str:
        """Return a query: of another state, of where this visitor was before, or nothing."""
        self.queries.append(encode(self.lab))
        return self.random.choice([*self.queries[-60:], "", "?"])


def faults(found: Any, name: str = "") -> list[str]:
    """Return what a page must not show of a value that goes to the browser: odd words, and numbers that are none."""
    if isinstance(found, str):
        return [found[:200]] if name not in CODE and BAD.search(found) else []
    if isinstance(found, bool) or found is None:
        return []
    if isinstance(found, float):
        return [] if math.isfinite(found) else [repr(found)]
    if isinstance(found, Mapping):
        if found.get("kind") in ("code", "output"):  # of a program
            return []
        return [fault for key, value in found.items() for fault in faults(value, str(key))]
    if isinstance(found, list | tuple | set):
        return [fault for value in found for fault in faults(value, name)]
    return []


Move = Callable[[Walker], tuple[Any, str, Any] | None]
KEPT = "walker's own"


def _controls(walker: Walker) -> tuple[Any, str, Any] | None:
    groups = [part for part in walker.components.values() if "items" in part.param and "sent" in part.param]
    group = walker.random.choice(groups)
    changes: dict[str, Any] = {}
    looks = [(item, group._last[item["name"]]) for item in group.items if not item.get("act")]
    usable = [(item, shown) for item, shown in looks if not (shown.get("disabled") or shown.get("hidden"))]
    for item, shown in walker.random.sample(usable, min(len(usable), walker.random.choice([1, 1, 1, 2, 3]))):
        changes[item["name"]] = _value(walker, item, shown)
    return (group, "sent", walker.sent(changes=changes)) if changes else None


def _value(walker: Walker, item: Mapping[str, Any], shown: Mapping[str, Any]) -> Any:
    draw, kind = walker.random, item["kind"]
    if kind == "button":
        return True
    if kind in ("choice", "switch"):
        return draw.choice(item["options"])[0]
    if kind == "playhead":
        return draw.choice([*shown["moments"], draw.randint(0, int(shown["high"])), 0])
    if item["name"] == "T":
        return draw.choice([draw.randint(1, SHORT), draw.randint(1, SHORT), draw.randint(1, USUAL), LONG])
    low, high = float(shown.get("low", item["low"])), float(shown["high"])
    if draw.random() < 0.15:  # typed, perhaps beyond all sense
        typed = draw.choice([0, 1, -1, 0.5, low, high, high * 10, 1e-12, 1e9, 1e300, -1e300])
        return int(typed) if item["whole"] and abs(typed) < 1e18 and float(typed).is_integer() else typed
    if item["scale"] == "log" and high > 0:
        least = low if low > 0 else min(1e-7, high / 10)
        value = float(f"{least * (high / least) ** draw.random():.1e}")
    else:
        value = low + (high - low) * round(draw.random(), 2)
    return round(value) if item["whole"] else value


def _practice(walker: Walker) -> tuple[Any, str, Any]:
    part, lab, draw = walker.names["practice"], walker.lab, walker.random
    attempt = lab.desk.attempt
    kept = walker.names.setdefault(KEPT, [])
    if attempt is not None and draw.random() < 0.15:
        return part, "sent", walker.sent(acts=[["close", None]])
    if attempt is None or draw.random() < 0.04:
        seed = draw.choice([draw.randint(0, LARGEST_SEED), draw.randint(0, 9)])
        acts: list[list[Any]] = [["open", {"exercise": draw.choice(NUMBERED), "seed": seed}]]
        if kept and draw.random() < 0.3:
            record = draw.choice(kept)
            place = {"exercise": record["exercise"], "seed": record["seed"]}
            acts = [["open", place], ["resume", {"misses": draw.randint(0, 3), "record": record}]]
        return part, "sent", walker.sent(acts=acts)
    if not attempt.open:
        kept.append(attempt.record)
        del kept[:-20]
        near = draw.choice(["", *attempt.question.near])
        acts = [
            ["saw", [draw.choice(list(SEEN[attempt.question.form.kind])), draw.choice(["", "As I said.", "é<b>"])]],
            ["tick", [draw.choice(list(RUBRIC)), draw.random() < 0.7]],
            ["neighbour", near],
            ["close", None],
            ["open", {"exercise": attempt.exercise.key, "seed": attempt.next_seed}],
            ["commit", None],
        ]
        return part, "sent", walker.sent(acts=[draw.choice(acts)])
    acts = [
        ["predict", _answer(walker, attempt.question.form)],
        ["predict", _answer(walker, attempt.question.form)],
        ["why", draw.choice(["", "short", "The ramp counts its updates.", "x" * 3_000])],
        ["why", "Each update multiplies what is left."],
        ["sure", draw.choice(list(SURE))],
        ["nudge", None],
        ["undo", None],
        ["clear", None],
        ["commit", None],
        ["commit", None],
        ["close", None],
    ]
    return part, "sent", walker.sent(acts=draw.sample(acts, draw.randint(1, 4)))


def _answer(walker: Walker, form: Any) -> Any:
    draw = walker.random
    if isinstance(form, Number):
        return draw.choice([draw.randint(0, 2_000), float(f"{10 ** draw.uniform(-9, 4):.2e}"), draw.random()])
    if isinstance(form, Choice):
        return draw.choice(list(form.options))
    if isinstance(form, Ordering):
        return draw.sample(list(form.items), len(form.items))
    if isinstance(form, Place):
        return float(form.axis.at(draw.random()))
    heights = [float(form.up.at(draw.random())) for _ in range(KNOTS)]
    return heights if draw.random() < 0.6 else [None if draw.random() < 0.3 else height for height in heights]


def _lesson(walker: Walker) -> tuple[Any, str, Any] | None:
    draw, part = walker.random, walker.names["lesson"]
    acts = [["section", draw.choice(SECTIONS)], ["turn", draw.choice([1, -1])], ["undo", ""]]
    acts += [["scene", draw.randrange(len(SCENES))]]
    offered = list(_offered(part.blocks))
    act, value = draw.choice(offered) if offered and draw.random() < 0.75 else draw.choice(acts)
    return (part, "sent", walker.sent(act=act, value=value)) if part.open else None


def _offered(found: Any) -> Iterator[tuple[str, Any]]:
    """Yield what the blocks of a section let a reader do."""
    if isinstance(found, list):
        for each in found:
            yield from _offered(each)
    elif isinstance(found, dict):
        act = found.get("act")
        if act and not found.get("disabled"):
            if found.get("kind") == "choice":
                yield from ((act, option[0]) for option in found["options"] if not found["locked"])
            elif found.get("kind") == "code":
                yield from ((act, line) for line in range(len(found["lines"])))
            elif "value" in found and act != "tab":
                yield act, found["value"]
        yield from _offered(list(found.values()))


def _ranking(walker: Walker) -> tuple[Any, str, Any]:
    part, draw = walker.names["ranking"], walker.random
    press = draw.choice(
        [
            {"act": "families", "on": draw.random() < 0.2},
            {"act": "pin", "remake": draw.choice(TOOLS)[0]},
            {"act": "show", "row": draw.choice([row["key"] for row in part.rows] or ["live"])},
            {"act": "sort", "column": draw.choice(list(COLUMNS))},
        ]
    )
    return part, "pressed", walker.sent(**press)


def _winners(walker: Walker) -> tuple[Any, str, Any] | None:
    part, draw = walker.names["winners"], walker.random
    if not part.open:
        return None
    cell = {"row": draw.randrange(9), "column": draw.randrange(9), "version": part.map.get("version", 0)}
    press = draw.choice([{"act": "across", "value": draw.choice(["length", "condition"])}, {"act": "load", **cell}])
    return part, "pressed", walker.sent(**press)


def _asked(walker: Walker) -> tuple[Any, str, Any]:
    draw = walker.random
    what = draw.choice(["curve", "runs", *PLOTS])
    return walker.names["takeaway"], "asked", walker.sent(what=what, page="http://lab.example/app", part=0)


def _legend(walker: Walker) -> tuple[Any, str, Any] | None:
    pins = len(walker.lab.pins)
    press = {"act": walker.random.choice(["show", "remove"]), "index": walker.random.randrange(pins or 1)}
    return (walker.names["legend"], "pressed", walker.sent(**press)) if pins else None


def _frame(walker: Walker) -> tuple[Any, str, Any]:
    draw = walker.random
    act = draw.choice(
        [
            ["tab", draw.choice([*TABS, "nowhere"])],
            ["hidden", draw.sample(list(PARTS), draw.randrange(4))],
            ["hidden", []],
            ["present", draw.random() < 0.3],
            ["below", draw.choice([*BELOW, "above"])],
            ["panel", draw.choice(["http://lab.example/app", ""])],
        ]
    )
    return walker.names["frame"], "sent", walker.sent(acts=[act])


def _stroke(walker: Walker) -> tuple[Any, str, Any] | None:
    attempt = walker.lab.desk.attempt
    if attempt is None or not walker.lab.held or attempt.question.form.kind not in ("sketch", "place"):
        return None
    answer = _answer(walker, attempt.question.form)
    return walker.names["canvas"].view.pen, "stroke", answer if isinstance(answer, list) else [answer]


def _size(walker: Walker) -> tuple[Any, str, Any]:
    figure = walker.random.choice(list(walker.names["figures"].values())).figure
    # A browser's own layout tells these; on this side they can only be set round the property.
    size = walker.random.choice([(0, 0), (280, 150), (850, 340), (1_900, 700)])
    return _Layout(figure), "size", size


class _Layout:
    """A figure whose size the browser tells."""

    def __init__(self, figure: Any) -> None:
        self.figure = figure

    @property
    def size(self) -> tuple[int, int]:
        return 0, 0

    @size.setter
    def size(self, size: tuple[int, int]) -> None:
        for name, value in zip(("inner_width", "inner_height"), size, strict=True):
            self.figure.set_from_json(name, value)


MOVES: dict[str, Move] = {
    "controls.sent": _controls,
    "practice.sent": _practice,
    "lesson.sent": _lesson,
    "lesson.open": lambda walker: (walker.names["lesson"], "open", walker.random.random() < 0.8),
    "notes.open": lambda walker: (walker.names["notes"], "open", walker.random.random() < 0.5),
    "frame.sent": _frame,
    "listing.open": lambda walker: (walker.names["listing"], "open", walker.random.random() < 0.7),
    "listing.target": lambda walker: (
        walker.names["listing"],
        "target",
        walker.random.choice(walker.names["listing"].targets)[0],
    ),
    "legend.pressed": _legend,
    "ranking.pressed": _ranking,
    "winners.open": lambda walker: (walker.names["winners"], "open", walker.random.random() < 0.3),
    "winners.pressed": _winners,
    "takeaway.asked": _asked,
    "address.visited": lambda walker: (walker.names["address"], "visited", walker.sent(query=walker.shared())),
    "address.rem": lambda walker: (walker.names["address"], "rem", walker.random.choice([10, 16, 24, 40])),
}
BEYOND: dict[str, Move] = {"canvas.stroke": _stroke, "figure.size": _size}  # what plots tell without a component
WEIGHTS = {"controls.sent": 14, "practice.sent": 5, "lesson.sent": 5, "ranking.pressed": 3, "legend.pressed": 2}
