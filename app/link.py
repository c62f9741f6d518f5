"""The state as a link, and back.

A link is read with suspicion: each value on its own, the nearest legal value where there is one, and a sentence for
whatever was left out. Nothing a link holds can fail the page.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote

from app.model import CHOICES, MAX_PINS, WHOLE, Case, Lab, legal_value, own_specs
from app.parts import BELOW, PARTS, TABS, in_order, settled
from app.practice.bank import NUMBERED
from app.practice.question import LARGEST_SEED
from schedules import FAMILIES, SHARED, ParamSpec
from schedules.facts import count
from schedules.remakes import remakes_of
from schedules.spec import Value
from schedules.toy import TOY

LONGEST_VALUE = 400  # characters
MOST_NOTICES = 5
MOST_FIELDS = 200
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|infinity)", re.ASCII | re.IGNORECASE)
SHOWN = 40
COUNTED = {**WHOLE, "exercise_seed": LARGEST_SEED}
FIRST = {name: options[0] for name, options in CHOICES.items()}  # where the link is silent
SWITCHES = ("all_families", "present")
FRAMES: Mapping[str, Sequence[str]] = {"tab": list(TABS), "below": BELOW}


def exact(value: Value) -> str:
    """Return a value as short text from which it comes back to the last bit: 3e-5, 10000, linear."""
    if isinstance(value, str):
        return value
    text = repr(value)
    if text.endswith(".0"):
        text = text[:-2]
    return re.sub(r"e([+-])0*(\d)", lambda found: f"e{found[1].strip('+')}{found[2]}", text)


def encode(lab: Lab, practice: bool = True) -> str:
    """Return the whole state as a query string, without the question mark; if asked, without the exercise on the desk.

    What leads back to a curve must not open a question, which would cover it.
    """
    return _query(_pairs(lab, practice))


def brief(lab: Lab) -> str:
    """Return a query string for the same state that leaves out what is usual: shorter to type, harder to read."""
    usual = dict(_pairs(Lab()))
    family = FAMILIES[lab.family]
    usual.update({spec.name: exact(spec.default) for spec in own_specs(family)})
    return _query([(name, text) for name, text in _pairs(lab) if usual.get(name) != text])


def _query(pairs: Sequence[tuple[str, str]]) -> str:
    return "&".join(f"{name}={quote(text, safe=',:.~')}" for name, text in pairs)


def _pairs(lab: Lab, practice: bool = True) -> list[tuple[str, str]]:
    pairs = [("family", lab.family)]
    pairs += [(spec.name, exact(lab.value_of(spec.name))) for spec in SHARED]
    pairs += [(spec.name, exact(lab.value_of(spec.name))) for spec in own_specs(lab.spec)]
    for key, family in FAMILIES.items():
        if key != lab.family:  # what other families keep of their own, where it was changed
            changed = [spec for spec in own_specs(family) if lab.own[key][spec.name] != spec.default]
            pairs += [(f"{key}.{spec.name}", exact(lab.own[key][spec.name])) for spec in changed]
    toy = [(spec, getattr(lab, spec.name)) for spec in TOY]
    pairs += [(spec.name, exact(value)) for spec, value in toy if value != spec.default]
    pairs += [(name, getattr(lab, name)) for name in CHOICES if name != "family" and getattr(lab, name) != FIRST[name]]
    pairs += [(name, exact(getattr(lab, name))) for name in WHOLE if getattr(lab, name)]
    pairs += [("all_families", "1")] if lab.all_families else []
    pairs += [("pin", _pin(pin)) for pin in lab.pins]
    exercise = lab.exercise if practice else ""
    pairs += [("exercise", exercise), ("exercise_seed", exact(lab.exercise_seed))] if exercise else []
    pairs += [("tab", lab.tab)] if lab.tab != _first_tab({**lab.state, "exercise": exercise}) else []
    pairs += [("hide", ",".join(lab.hidden))] if lab.hidden else []
    pairs += [("present", "1")] if lab.present else []
    return pairs + ([("below", lab.below)] if lab.below != BELOW[0] else [])


def _first_tab(state: Mapping[str, Any]) -> str:
    """Return the tab that a link opens if it names none: where the exercise is, or the place in the lesson."""
    if state["exercise"]:
        return "practice"
    return "lesson" if state["section"] != FIRST["section"] or state["scene"] else "lab"


def _pin(pin: Case) -> str:
    """Return a pinned curve as text: sgdr~reverse,T:1000,Tw:0 and so on."""
    name = f"{pin.family}~{pin.remake}" if pin.remake else pin.family
    return ",".join([name, *(f"{n}:{exact(v)}" for n, v in pin.values)])


def parse(query: str) -> dict[str, list[bytes]]:
    """Return the names of a query string with their raw values, as the server hands over those of a first visit."""
    found: dict[str, list[bytes]] = {}
    fields = query.lstrip("?").split("&", MOST_FIELDS + 1)[: MOST_FIELDS + 1]  # one more, so that `decode` can say so
    for name, value in parse_qsl("&".join(fields), keep_blank_values=True):
        found.setdefault(name, []).append(value.encode("utf-8", errors="replace"))
    return found


def decode(query: Mapping[str, Sequence[bytes]], fresh: Lab) -> tuple[dict[str, Any], list[str]]:
    """Return the legal state nearest to what a query asks for, and a sentence for each part that was ignored.

    Args:
        query: Names with their raw values, as the server hands them over.
        fresh: The state that holds where the query says nothing.
    """
    reader = _Reader(fresh)
    fields = [(place, name, value) for name, values in query.items() for place, value in enumerate(values)]
    fields.sort(key=lambda field: field[0])  # a name that comes often must not keep others from being read
    for _place, name, value in fields[:MOST_FIELDS]:
        text = value.decode("utf-8", errors="replace")
        if name == "pin":
            reader.pin(text)
        else:
            reader.take(name, text)
    return reader.finish(unread=max(0, len(fields) - MOST_FIELDS))


class _Reader:
    """Gathers a state from a query, name by name, in any order."""

    def __init__(self, fresh: Lab) -> None:
        self.state = fresh.state
        self.state["own"] = {key: dict(values) for key, values in fresh.own.items()}
        self.state["pins"] = []
        self.given: dict[str, str] = {}  # what a name had when it came before
        self.loose: list[tuple[str, str]] = []  # parameters that may be the family's own; known when all is read
        self.notices: list[str] = []

    def take(self, name: str, text: str) -> None:
        shared = next((spec for spec in SHARED + TOY if spec.name == name), None)
        taken = True
        if len(text) > LONGEST_VALUE:
            return self._ignore(name, text, "it is too long")
        if name in CHOICES or name in FRAMES:
            taken = self._choose(name, text, list({**CHOICES, **FRAMES}[name]))
        elif name == "exercise":
            taken = self._choose(name, text, NUMBERED)
        elif name in COUNTED:
            taken = self._whole(name, text)
        elif name in SWITCHES:
            taken = self._choose(name, text, ["0", "1"])
            self.state[name] = self.state[name] in (True, "1")
        elif name == "hide":
            taken = self._hide(text)
        elif shared:
            taken = self._set(self.state, shared, text, name)
        elif "." in name:
            key, _, own = name.partition(".")
            taken = self._own(key, own, name, text)
        else:
            self.loose.append((name, text))
            return None
        return self._note_repeat(name, text) if taken else None

    def finish(self, unread: int) -> tuple[dict[str, Any], list[str]]:
        key = self.state["family"]
        for name, text in self.loose:
            if self._own(key, name, name, text):
                self._note_repeat(name, text)
        values = {spec.name: {**self.state, **self.state["own"][key]}[spec.name] for spec in FAMILIES[key].params}
        if conflict := FAMILIES[key].conflict(**values):
            # What the family has of its own goes with everything else once it is back at its defaults.
            self.state["own"][key] = {spec.name: spec.default for spec in own_specs(FAMILIES[key])}
            self.notices.append(f"The link's {', '.join(self.state['own'][key])} was ignored: {conflict}.")
        self._settle()
        more = max(0, len(self.notices) - MOST_NOTICES) + unread
        said = self.notices[:MOST_NOTICES]
        if more:
            said.append(f"{count(more, 'more part')} of the link {'was' if more == 1 else 'were'} ignored or changed.")
        return self.state, said

    def _settle(self) -> None:
        """Bring tab, hidden parts and exercise together."""
        exercise, hidden = self.state["exercise"], self.state["hidden"]
        tab = self.state["tab"] if "tab" in self.given else _first_tab(self.state)
        self.state.update(settled(tab, hidden, exercise))
        if self.state["hidden"] != hidden:
            self._ignore("hide", "practice", "the link opens an exercise")
        if "tab" in self.given and self.state["tab"] != tab:
            self._ignore("tab", tab, "the link hides it")

    def _note_repeat(self, name: str, text: str) -> None:
        before = self.given.get(name, text)
        if before != text:
            self._ignore(name, before, "the link gives it again")
        self.given[name] = text

    def pin(self, text: str) -> None:
        name, *pairs = text.split(",")
        key, _, remake = name.partition("~")
        if len(text) > LONGEST_VALUE:
            return self._ignore("pin", text, "it is too long")
        if key not in FAMILIES:
            return self._ignore("pin", text, "it names no known family")
        if remake and remake not in remakes_of(key):
            return self._ignore("pin", text, f"what was made of it must be one of {', '.join(remakes_of(key))}")
        if len(self.state["pins"]) == MAX_PINS:
            return self._ignore("pin", text, f"no more than {MAX_PINS} curves can be pinned")
        given = dict(pair.partition(":")[::2] for pair in pairs)
        if unknown := [name for name in given if not FAMILIES[key].has(name)]:
            self._ignore("pin", ", ".join(unknown), f"{FAMILIES[key].title} has no such parameter")
        values: dict[str, Value] = {}
        for spec in FAMILIES[key].params:
            values[spec.name] = spec.default
            if spec.name in given:
                self._set(values, spec, given[spec.name], spec.name)
        case = Case(key, tuple(values.items()), remake)
        conflict = FAMILIES[key].conflict(**values)
        if conflict:
            return self._ignore("pin", text, conflict)
        if case not in self.state["pins"]:
            self.state["pins"].append(case)
        return None

    # Each of these says whether it took the value.

    def _own(self, key: str, own: str, name: str, text: str) -> bool:
        spec = next((spec for spec in own_specs(FAMILIES[key]) if spec.name == own), None) if key in FAMILIES else None
        if spec is None:
            self._ignore(name, text, "it is not known here")
            return False
        return self._set(self.state["own"][key], spec, text, name)

    def _hide(self, text: str) -> bool:
        keys = text.split(",")
        if unknown := [key for key in keys if key not in PARTS]:
            self._ignore("hide", ",".join(unknown), f"what can be hidden is {', '.join(PARTS)}")
        self.state["hidden"] = in_order(keys)
        return bool(self.state["hidden"])

    def _whole(self, name: str, text: str) -> bool:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) > COUNTED[name]:
            self._ignore(name, text, f"it must be a whole number from 0 to {COUNTED[name]:,}")
            return False
        self.state[name] = int(text)
        return True

    def _choose(self, name: str, text: str, options: Sequence[str]) -> bool:
        if text in options:
            self.state[name] = text
            return True
        self._ignore(name, text, f"it must be one of {', '.join(options)}")
        return False

    def _set(self, values: dict[str, Any], spec: ParamSpec, text: str, name: str) -> bool:
        try:
            value: object = text
            if spec.kind != "choice":
                if not NUMBER.fullmatch(text.strip()):
                    self._ignore(name, text, "it is not a number")
                    return False
                value = float(text)
                value = int(value) if math.isfinite(value) and value.is_integer() else value
            values[spec.name], remark = legal_value(spec, value, _brief(text))
        except ValueError:
            self._ignore(name, text, f"it must be {spec.allowed}")
            return False
        if remark:
            self.notices.append(remark)
        return True

    def _ignore(self, name: str, text: str, reason: str) -> None:
        self.notices.append(f"The link's {_printable(name[:SHOWN])}={_brief(text)} was ignored: {reason}.")


def _brief(text: str) -> str:
    """Return the beginning of what a link holds, as it can be printed."""
    return _printable(text[:SHOWN]) + ("…" if len(text) > SHOWN else "")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "·" for c in text)
