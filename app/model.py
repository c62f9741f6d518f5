"""The one state of the page.

Controls, links, presets and exercises write to `Lab`; views read from it and redraw when `revision` moves.
"""

import math
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import param

from app.parts import BELOW, PARTS, TABS, settled
from app.practice.bank import EXERCISES
from app.practice.desk import Desk
from app.practice.question import LARGEST_SEED
from schedules import FAMILIES, SHARED, Family, ParamSpec, Run, curve, run
from schedules.facts import number
from schedules.mistakes import MISTAKES, first_difference
from schedules.remakes import remade, title_of
from schedules.spec import Value, as_float
from schedules.toy import TOY

AXES = ("linear", "log")
ACROSS = ("length", "condition")
PRACTICE = ("exercise", "exercise_seed")
SECTIONS = ("intuition", "math", "program", "demo", "storyboard", "inquiry", "mistakes", "neighbours", "names")
PLACES = ("section", "scene")  # where in the lesson the reader is
FRAME = ("tab", "hidden", "present", "below")  # what stands where: nothing that a curve or a run depends on
TOY_DEFAULTS: Mapping[str, Any] = {spec.name: spec.default for spec in TOY}
AT_EASE = 0.75  # of the edge: where the highest rate of a reveal stands
MAX_PINS = 4  # beyond this, curves cannot be told apart by colour and dash
MOST_UNDOS = 100
SETTLED = 1.5  # seconds: moves of one thing that follow within them are one act
STILL: tuple[frozenset[str], float] = (frozenset(), -SETTLED)
UNRECORDED = frozenset({"step", *PLACES})  # these have their own way back
LAST_STEP = 10_000_000
LAST_SCENE = 99
WHOLE = {"step": LAST_STEP, "scene": LAST_SCENE}  # whole numbers that say where one is
DIGITS, ALL_DIGITS = 6, 17  # of a number in words; all of them tell any two floats apart


@dataclass(frozen=True)
class Case:
    """A family with a value for each of its parameters: one curve.

    `remake` names what was made of it, a key of `schedules.remakes.remakes_of(family)`; "" for the curve itself.
    """

    family: str
    values: tuple[tuple[str, Value], ...]
    remake: str = ""

    @classmethod
    def of(cls, family: str, values: Mapping[str, Value], remake: str = "") -> "Case":
        """Return a case from values by name, in any order; where they are silent, the family's defaults hold."""
        specs = FAMILIES[family].params
        return cls(family, tuple((spec.name, values.get(spec.name, spec.default)) for spec in specs), remake)

    def run(self) -> Run:
        """Return the curve with all that is read off it; a remade one has no phases and no events."""
        made = run(self.family, **dict(self.values))
        if not self.remake:
            return made
        return replace(made, lr=remade(self.remake, self.family, made.values, made.lr), stretches=(), steps={})


CHOICES: Mapping[str, Sequence[str]] = {
    "family": list(FAMILIES),
    "axis": AXES,
    "across": ACROSS,
    "section": SECTIONS,
}
PLAIN = ("own", "pins", "step", "all_families", "scene", *PRACTICE, *FRAME)


def _defaults(family: str) -> dict[str, Value]:
    return {spec.name: spec.default for spec in FAMILIES[family].params}


def _calm(stage: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a reveal sets; where it is not about training, the bowl is one that all its rates can bear.

    Its noise keeps its size beside the slope, so that it kicks as far as on the page's own bowl.
    """
    if {"problem", "sharpness"} & stage.keys():
        return stage
    family = str(stage["family"])
    values = {name: stage.get(name, default) for name, default in _defaults(family).items()}
    highest = float(curve(family, **values).max())
    sharpness = float(f"{AT_EASE * 2 / highest:.1e}") if highest else TOY_DEFAULTS["sharpness"]
    noise = float(f"{TOY_DEFAULTS['noise'] * sharpness / TOY_DEFAULTS['sharpness']:.1e}")
    return {**stage, **TOY_DEFAULTS, "sharpness": sharpness, "noise": noise}


def own_specs(family: Family) -> tuple[ParamSpec, ...]:
    """Return the parameters that only this family has, or has on its own terms."""
    shared = {spec.name for spec in SHARED}
    return tuple(spec for spec in family.params if spec.name not in shared)


def _default_own() -> dict[str, dict[str, Value]]:
    return {key: {spec.name: spec.default for spec in own_specs(family)} for key, family in FAMILIES.items()}


class Lab(param.Parameterized):
    """Family, parameters, axis, pinned curves, and what is trained with them.

    The six shared parameters have one value for all families, so that curves stay comparable and a family that does
    not use one does not lose it. What a family has of its own is kept for each family in `own`.
    """

    family = param.Selector(default="warmup_cosine", objects=list(FAMILIES), doc="Key of the family on the stage.")
    own = param.Dict(default={}, doc="Family key → name → value, for parameters that are not shared.")
    axis = param.Selector(default="linear", objects=list(AXES), doc="Scale of the rate axis.")
    pins = param.List(default=[], item_type=Case, doc="Curves pinned for comparison, oldest first.")
    step = param.Integer(default=0, bounds=(0, None), doc="Playhead: how many updates have been made.")
    all_families = param.Boolean(default=False, doc="Whether every family trains beside the live curve.")
    across = param.Selector(default="length", objects=list(ACROSS), doc="What the columns of the map of winners are.")
    section = param.Selector(default=SECTIONS[0], objects=list(SECTIONS), doc="Which section of the lesson is open.")
    scene = param.Integer(default=0, bounds=(0, LAST_SCENE), doc="Which scene of the storyboard is shown.")
    guess = param.Dict(default={}, doc="Markers placed in the range test: base, max, and whether readings are shown.")
    exercise = param.Selector(
        default="", objects=["", *EXERCISES], doc="Key of the exercise on the desk; empty for none."
    )
    exercise_seed = param.Integer(default=0, bounds=(0, LARGEST_SEED), doc="Which question of the exercise.")
    tab = param.Selector(default="lab", objects=list(TABS), doc="Which tab stands beside the stage.")
    hidden = param.List(default=[], item_type=str, doc="Parts of the page that are left out, in its order.")
    present = param.Boolean(default=False, doc="Whether the page is in presenter mode.")
    below = param.Selector(default="loss", objects=list(BELOW), doc="The second plot of presenter mode.")
    framed = param.Integer(default=0, doc="Moves once for each change of what stands where.")
    practised = param.Integer(default=0, doc="Moves once for each act of practice; what shows practice redraws on it.")
    notices = param.List(default=[], item_type=str, doc="What the reader should know about the last change.")
    revision = param.Integer(default=0, doc="Moves once for each change of the state; views redraw on it.")

    error = ""  # why the present values cannot be drawn, else ""

    def __init__(self, **params: Any) -> None:
        super().__init__(**{"own": _default_own(), **params})
        self._before: list[dict[str, Any]] = []  # for each act, what it changed, as it was
        self._undone: list[dict[str, Any]] = []
        self._moving = STILL  # what is being moved, and when it was last
        self.desk = Desk()
        self._aside: dict[str, Any] = {}  # the stage as it was before practice set it
        self._changed()
        self.param.watch(self._changed, [*(name for name in self.state if name not in FRAME), "guess", "notices"])
        self.param.watch(self._framed, list(FRAME))

    # What the state means.

    @property
    def spec(self) -> Family:
        """The family on the stage."""
        return FAMILIES[self.family]

    @property
    def case(self) -> Case:
        """The curve that the state asks for."""
        values = tuple((spec.name, self.value_of(spec.name)) for spec in self.spec.params)
        return Case(self.family, values)

    @property
    def run(self) -> Run:
        """The live curve; while values conflict (see `error`), the last one that could be drawn."""
        return self._run

    def value_of(self, name: str) -> Value:
        """Return the value of a parameter of the family on the stage, or of a shared one."""
        return self.own[self.family][name] if name in self.own[self.family] else getattr(self, name)

    @property
    def held(self) -> bool:
        """Whether a prediction is open: views then show nothing of the state, and nothing in it is changed by hand."""
        return self.desk.held

    # Changes. Each is one update of the parameters, however many it sets, and so one redraw.

    def assign(self, changes: Mapping[str, object]) -> None:
        """Set `family`, `axis` and parameters by name; numbers beyond what is legal become the nearest legal one.

        A parameter that another family has of its own is named with its key: `step.gamma`.

        Raises:
            ValueError: for a value that has no nearest legal one; the message says what is allowed. Nothing is changed.
        """
        checked, remarks = self._checked(changes)
        self._act(checked, remarks, moved=True)

    def _checked(self, changes: Mapping[str, object]) -> tuple[dict[str, Any], list[str]]:
        """Return changes as legal values of the state's own parameters, with remarks; raises as `assign` does."""
        plain: dict[str, Any] = {n: _checked_choice(n, changes[n]) for n in CHOICES if n in changes}
        plain |= {name: _checked_whole(name, changes[name]) for name in WHOLE if name in changes}
        if "all_families" in changes:
            plain["all_families"] = bool(changes["all_families"])
        key = str(plain.get("family", self.family))
        own = {family: dict(values) for family, values in self.own.items()}
        remarks = []
        for name, value in changes.items():
            if name in plain:
                continue
            owner, _, short = name.rpartition(".")
            owner = owner or key
            if owner not in own:
                raise ValueError(f"{owner[:60]!r} is not a family")
            known = (*FAMILIES[owner].params, *SHARED, *(TOY if short == name else ()))
            spec = next((spec for spec in known if spec.name == short), None)
            if spec is None:
                raise ValueError(f"{short[:60]!r} is not a parameter of {FAMILIES[owner].title}")
            legal, remark = legal_value(spec, value)
            remarks += [remark] if remark else []
            if short in own[owner]:
                own[owner][short] = legal
            else:
                plain[short] = legal
        return {**plain, "own": own}, remarks

    def pin(self, remake: str = "") -> None:
        """Pin the live curve for comparison, or what `remake` makes of its rates."""
        case = replace(self.live, remake=remake)
        if case in self.pins:
            self._apply({}, ["This curve is pinned already."])
        elif len(self.pins) == MAX_PINS:
            self._apply({}, [f"{MAX_PINS} curves are pinned, as many as can be told apart; remove one first."])
        else:
            self._act({"pins": [*self.pins, case]})

    def unpin(self, index: int) -> None:
        """Remove a pinned curve."""
        self._act({"pins": [pin for position, pin in enumerate(self.pins) if position != index]})

    def show(self, case: Case, notice: str = "") -> None:
        """Put a curve on the stage, a preset or a pinned one, with what there is to say of it."""
        changes, remarks = self._checked({"family": case.family, **dict(case.values)})
        words = "On the stage is the curve of which this one was made"
        made = [f"{words} ({title_of(case.remake)})."] if case.remake else []
        self._act(changes, [*([notice] if notice else []), *made, *remarks])

    def show_mistake(self, key: str) -> None:
        """Put the curve that a mistake missed on the stage, with the mistaken one pinned beside it, where they part.

        The bowl is one that all its rates can bear. It is one act that `undo` takes back.

        Raises:
            ValueError: if there is no such mistake.
        """
        if key not in MISTAKES:
            raise ValueError(f"mistake={str(key)[:60]!r} is not known; it must be one of {', '.join(MISTAKES)}")
        mistake = MISTAKES[key]
        step = first_difference(mistake) or 0
        stage = _calm({"family": mistake.family, **mistake.values})
        changes, remarks = self._checked({**stage, "axis": "linear", "step": step})
        where = f"Pinned is what the code gives instead: {mistake.label}. The curves part at update {step:,}."
        self._act({**changes, "pins": [Case.of(mistake.family, mistake.values, key)]}, [where, *remarks])

    def jump(self, changes: Mapping[str, object], notice: str = "", pins: Sequence[Case] | None = None) -> None:
        """Set parameters as `assign` does, and if given what is pinned, as one act that `undo` takes back."""
        checked, remarks = self._checked(changes)
        pinned = {} if pins is None else {"pins": list(pins)}
        self._act({**checked, **pinned}, [*([notice] if notice else []), *remarks])

    def go(self, places: Mapping[str, object]) -> None:
        """Turn to a section or a scene of the lesson; nothing that `undo` would take back, and nothing is said."""
        checked, _ = self._checked(places)
        self._apply(checked, self.notices)

    def reset(self) -> None:
        """Return to the state of a fresh page; `undo` takes it back."""
        fresh = {name: self.param[name].default for name in self.state if name not in (*PRACTICE, *PLACES, *FRAME)}
        self._act({**fresh, "own": _default_own(), "pins": [], "guess": {}})

    def arrange(self, **changes: object) -> None:
        """Change what stands where on the page: `tab`, `hidden`, `present`, `below`. It is no act for `undo`.

        A tab that is hidden cannot be the open one; see `app.parts.settled`.

        Raises:
            ValueError: for what there is not on the page. Nothing is changed.
        """
        if unknown := changes.keys() - set(FRAME):
            raise ValueError(f"{sorted(unknown)} is nothing that can be arranged; that is {', '.join(FRAME)}")
        tab, hidden = changes.get("tab", self.tab), changes.get("hidden", self.hidden)
        if not isinstance(tab, str) or tab not in TABS:
            raise ValueError(f"tab={str(tab)[:60]!r} is not on the page; it must be one of {', '.join(TABS)}")
        if not isinstance(hidden, list) or not all(isinstance(key, str) and key in PARTS for key in hidden):
            raise ValueError(f"hidden={str(hidden)[:60]!r} is not allowed; it must be a list of {', '.join(PARTS)}")
        self.param.update(**{**changes, **settled(tab, hidden, self.exercise)})

    # Practice.

    def open(self, exercise: str, seed: int) -> None:
        """Put a question on the desk, "" for none; one that is not there leaves the desk as it is.

        An exercise opens its tab, even one that was hidden. A cleared desk gives the stage back as it was before a
        reveal set it.
        """
        if exercise not in self.param.exercise.objects or not 0 <= seed <= LARGEST_SEED:
            return
        if not exercise and self._aside:
            self._act(self._aside, ["The stage is as it was before practice; Undo returns to the exercise's."])
            self._aside = {}
        frame = settled("practice", self.hidden, exercise) if exercise else {}
        self._apply({"exercise": exercise, "exercise_seed": seed if exercise else 0, **frame}, self.notices)

    def practise(self, act: object, value: object = None) -> None:
        """Do one thing with the question on the desk; a commit puts on the stage what the reveal shows there."""
        was_held = self.held
        self.desk.act(act, value)
        if was_held and not self.held:
            self._reveal()
        self.practised += 1

    def _reveal(self) -> None:
        assert self.desk.attempt is not None  # noqa: S101 - it has just been committed
        question, revision = self.desk.attempt.question, self.revision
        if question.stage:
            outside = (*PRACTICE, *FRAME)
            self._aside = self._aside or {name: value for name, value in self.state.items() if name not in outside}
            changes, remarks = self._checked({"step": 0, **_calm(question.stage)})
            pins = [Case.of(key, values) for key, values in question.compare]
            changes = {**changes, "pins": pins, "step": question.step}
            self._act(changes, remarks)
        if self.revision == revision:
            self.revision += 1  # the cover comes off in any case

    @property
    def can_undo(self) -> bool:
        """Whether there is an act to take back."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether there is an act, taken back last, to do again."""
        return bool(self._undone)

    def undo(self) -> None:
        """Take back the last act: a move of a slider, a choice, an example, a pin, a reset, what a reveal set."""
        self._go(self._before, self._undone)

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._go(self._undone, self._before)

    def _go(self, way: list[dict[str, Any]], back: list[dict[str, Any]]) -> None:
        if way:
            wanted = way.pop()
            back.append({name: getattr(self, name) for name in wanted})
            self._moving = STILL
            self._apply(wanted, [])

    def restore(self, state: Mapping[str, Any], notices: Sequence[str]) -> None:
        """Take over a whole legal state, as a link gives it, and say what of the link was ignored."""
        revision = self.revision
        self._before, self._undone, self._aside = [], [], {}  # another address has its own way back, the browser's
        self._apply(dict(state), list(notices))
        if self.revision == revision:
            self.revision += 1  # nothing can be undone any more, which is shown too

    @property
    def state(self) -> dict[str, Any]:
        """All that a link holds."""
        return {name: getattr(self, name) for name in (*CHOICES, *PLAIN, *(spec.name for spec in SHARED + TOY))}

    @property
    def toy(self) -> dict[str, Any]:
        """The settings of problem and optimizer, by name."""
        return self._toy

    def _act(self, changes: dict[str, Any], notices: Sequence[str] = (), moved: bool = False) -> None:
        """Make changes that `undo` takes back, if they are any; moves of one thing in quick succession are one act."""
        before = {name: getattr(self, name) for name, value in changes.items() if getattr(self, name) != value}
        names, now = frozenset(before), time.monotonic()
        if names - UNRECORDED:
            on = moved and self._moving[0] == names and now - self._moving[1] < SETTLED
            if not on:
                self._before = [*self._before[1 - MOST_UNDOS :], before]
            self._undone = []
            self._moving = (names if moved else frozenset(), now)
        self._apply(changes, list(notices))

    def _apply(self, changes: dict[str, Any], notices: list[str]) -> None:
        self.param.update(**changes, notices=notices)

    def _changed(self, *_events: param.parameterized.Event) -> None:
        self.desk.put(self.exercise, self.exercise_seed)
        try:
            self._run, self.error = self.case.run(), ""
        except ValueError as conflict:
            self.error = str(conflict)
        # Kept, since one move of a slider asks for them dozens of times.
        self._toy = {spec.name: getattr(self, spec.name) for spec in TOY}
        self._live = Case(self._run.family.key, tuple(self._run.values.items()))
        self.revision += 1

    def _framed(self, *_events: param.parameterized.Event) -> None:
        self.framed += 1

    @property
    def live(self) -> Case:
        """The curve that is drawn, as a case."""
        return self._live


def _checked_choice(name: str, value: object) -> str:
    if not isinstance(value, str) or value not in CHOICES[name]:
        raise ValueError(f"{name}={str(value)[:60]!r} is not known; it must be one of {', '.join(CHOICES[name])}")
    return value


def _checked_whole(name: str, value: object) -> int:
    """Return a place that may be beyond what there is; views hold it at the end."""
    last = WHOLE[name]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= last:
        raise ValueError(f"{name}={str(value)[:60]!r} is not allowed; it must be a whole number from 0 to {last:,}")
    return value


def _parameter(spec: ParamSpec) -> param.Parameter:
    if spec.kind == "choice":
        return param.Selector(default=spec.default, objects=list(spec.choices), doc=spec.doc, label=spec.label)
    kind = param.Integer if spec.kind == "steps" else param.Number
    return kind(default=spec.default, bounds=spec.bounds, doc=spec.doc, label=spec.label)


for _spec in SHARED + TOY:
    Lab.param.add_parameter(_spec.name, _parameter(_spec))


def legal_value(spec: ParamSpec, value: object, written: str = "") -> tuple[Value, str]:
    """Return the legal value nearest to `value`, and a remark if it is another one; it was `written` like this.

    Raises:
        ValueError: if there is none; the message says what is allowed.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return spec.validate(value), ""
    real = as_float(value)
    nearest = spec.nearest(real)
    if nearest == value:
        return nearest, ""
    compared = [v for v in (real, float(nearest)) if math.isfinite(v)]
    shown, became = (_words(v, compared) if math.isfinite(v) else str(v) for v in (real, float(nearest)))
    if written and not math.isfinite(real):
        shown = written
    return nearest, f"{spec.label}: {shown} became {became}, since it must be {spec.allowed}."


def describe_difference(cases: Sequence[Case]) -> list[str]:
    """Name each curve by what tells it from the others: the family where families differ, and differing values."""
    families = {case.family for case in cases}
    every = [dict(case.values) for case in cases]
    labels = []
    for case, values in zip(cases, every, strict=True):
        parts = [FAMILIES[case.family].title] if len(families) > 1 or len(cases) == 1 else []
        for spec in FAMILIES[case.family].params:
            different = {other[spec.name] for other in every if spec.name in other}
            if len(different) > 1:
                parts.append(f"{spec.name} {_words(values[spec.name], different)}")
        parts = parts or [FAMILIES[case.family].title]
        labels.append(", ".join([*parts, title_of(case.remake)] if case.remake else parts))
    return labels


def _words(value: Value, among: Collection[Value]) -> str:
    """Return a value in words; a number with as many digits as tell it from the other ones."""
    if isinstance(value, str):
        return value
    numbers = [other for other in among if not isinstance(other, str)]
    enough = (d for d in range(DIGITS, ALL_DIGITS) if len({number(other, d) for other in numbers}) == len(numbers))
    return number(value, next(enough, ALL_DIGITS))
