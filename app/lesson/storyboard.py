"""The mechanism in eight scenes: each asks what kind of change will show, then moves the stage step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from app.lesson.blocks import Block, button, buttons, card, choice, text
from app.lesson.states import BOWL, STILL
from app.model import Case, Lab
from schedules import FAMILIES, curve, expect
from schedules.facts import number
from schedules.toy import TOY, make_optimizer, make_problem

LOWER, SAME, HIGHER, LOST = "lower", "same", "higher", "lost"
KINDS = (
    (LOWER, "It ends lower."),
    (SAME, "It ends at about the same loss, within a tenth."),
    (HIGHER, "It ends higher, though below its start."),
    (LOST, "It climbs beyond its start."),
)
NEAR = 1.1  # ratio of two losses that count as about the same
ASK = "What will the loss do?"
ASIDE = ("step", "axis")  # of a stage: what a scene sets, and anybody may change while it asks


@dataclass(frozen=True)
class Step:
    """One picture of a scene: what it sets on the stage beyond the one before, and what there is to see.

    In `words` <before> and <after> stand for the final losses of the two runs that the scene compares.
    """

    changes: Mapping[str, Any]
    words: str


@dataclass(frozen=True)
class Scene:
    """A change of the stage to predict, and the steps that show it.

    Attributes:
        title: What it is about.
        ask: The change, told before it is made.
        before: The state it begins from.
        after: What the change sets.
        steps: The pictures, in order.
    """

    title: str
    ask: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    steps: tuple[Step, ...]

    @property
    def losses(self) -> tuple[float, float, float]:
        """The loss at the start, at the end as the scene begins, and at the end after the change."""
        start, before = _loss(_frozen(self.before))
        return start, before, _loss(_frozen({**self.before, **self.after}))[1]

    @property
    def case(self) -> Case:
        """The curve that the scene begins from."""
        return Case.of(str(self.before["family"]), self.before)

    @property
    def kind(self) -> str:
        """What kind of change the engine gives: one of the keys of `KINDS`."""
        start, before, after = self.losses
        if after > start:
            return LOST
        if max(after / before, before / after) <= NEAR:
            return SAME
        return LOWER if after < before else HIGHER


def _frozen(state: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(state.items())


@cache
def _loss(state: tuple[tuple[str, Any], ...]) -> tuple[float, float]:
    """Return the expected loss at the start and at the end of a run."""
    values = dict(state)
    family = FAMILIES[values["family"]]
    rates = curve(family.key, **{spec.name: values.get(spec.name, spec.default) for spec in family.params})
    toy = {spec.name: values.get(spec.name, spec.default) for spec in TOY}
    found = expect(make_problem(toy), make_optimizer(toy), rates)
    return float(found.loss[0, 0]), float(found.loss[0, -1])


def _scene(
    title: str, ask: str, bowl: Mapping[str, Any], before: dict[str, Any], after: dict[str, Any], *steps: Step
) -> Scene:
    start = {**bowl, "axis": "linear", "step": 0, **before}
    return Scene(title, ask, MappingProxyType(start), MappingProxyType(after), steps)


SCENES = (
    _scene(
        "Too large",
        "A constant rate at nine tenths of the edge goes up to eleven tenths of it.",
        STILL,
        {"family": "constant", "T": 60, "Tw": 0, "eta_max": 3.6e-4},
        {"eta_max": 4.4e-4},
        Step({"step": 10}, "At nine tenths of the edge each update overshoots the valley, and lands nearer on its "
                           "other side."),
        Step({"eta_max": 4.4e-4, "step": 10}, "Above the edge each landing is farther out: the factor is beyond −1."),
        Step({"step": 60}, "The loss was <before> at the end, and is <after> now. {edge-of-quadratic}"),
    ),
    _scene(
        "Too small",
        "A constant rate of half the edge is divided by fifty.",
        STILL,
        {"family": "constant", "T": 200, "Tw": 0, "eta_max": 2e-4},
        {"eta_max": 4e-6},
        Step({"step": 200}, "At half the edge the steep direction is done with in one update; after 200 updates 13 "
                            "percent of the flat way is left."),
        Step({"eta_max": 4e-6}, "A fiftieth of the rate takes fifty updates for what one did."),
        Step({}, "Here the loss ends at <after> instead of <before>. Of networks Smith says in words that too low a "
                 "rate is slow. {too-low-too-high}"),
    ),
    _scene(
        "Warmup",
        "Half of a run that ends in a cosine becomes warmup. Its peak is safe all the time.",
        BOWL,
        {"family": "warmup_cosine", "T": 1000, "Tw": 0, "eta_max": 3e-4, "eta_min": 0.0},
        {"Tw": 500},
        Step({"step": 1000}, "Without a warmup the run has its high rates first, and all of the time after for its "
                             "decay."),
        Step({"Tw": 500, "step": 250}, "With it the peak comes at half time; until then the rates are small."),
        Step({"step": 1000}, "The loss ends at <after> instead of <before>. On a bowl whose edge does not move "
                             "a warmup saves nothing: what it is used for, this bowl cannot show. "
                             "{warmup-costs-when-safe} {warmup-for-large-models}"),
    ),
    _scene(
        "Decay",
        "Gradients are noisy. A constant rate is replaced by a cosine that falls to 0.",
        BOWL,
        {"family": "constant", "T": 1000, "Tw": 0, "eta_max": 3e-4},
        {"family": "warmup_cosine", "eta_min": 0.0},
        Step({"step": 1000}, "The constant rate comes down to a floor and shakes there: noise goes in as fast as out."),
        Step({"family": "warmup_cosine", "eta_min": 0.0, "step": 500}, "Half way down the cosine the floor sinks with "
                                                                       "the rate."),
        Step({"step": 1000}, "At the end it is <after> and was <before>. {rate-sets-noise-floor}"),
    ),
    _scene(
        "A floor",
        "The cosine ends at a third of its peak instead of at 0.",
        BOWL,
        {"family": "warmup_cosine", "T": 1000, "Tw": 0, "eta_max": 3e-4, "eta_min": 0.0},
        {"eta_min": 1e-4},
        Step({"step": 1000}, "A decay to 0 leaves little of the noise: <before>."),
        Step({"eta_min": 1e-4, "step": 500}, "This cosine ends at η_min, a rate that still lets noise in."),
        Step({"step": 1000}, "What is left of the rate keeps its share of the noise: <after>, where it was <before>. "
                             "{rate-sets-noise-floor}"),
    ),
    _scene(
        "Restarts",
        "One cosine over 1,200 updates becomes cycles of 100, 200, 400 and so on, each from the peak again.",
        {**BOWL, "condition": 10.0},
        {"family": "warmup_cosine", "T": 1200, "Tw": 0, "eta_max": 3e-4, "eta_min": 0.0},
        {"family": "sgdr", "cycle_length": 100, "restart_mult": 2.0},
        Step({"step": 1200}, "One long cosine is at its best at its end, and nowhere else."),
        Step({"family": "sgdr", "cycle_length": 100, "restart_mult": 2.0, "step": 700},
             "Just before each restart, after 100, 300 and 700 updates, the loss is lower than the long cosine's at "
             "the same update: the run could be stopped there. SGDR makes cycles longer for that. "
             "{longer-runs-anytime}"),
        Step({"step": 720}, "Right after the restart it is high again. {restart-timing} SGDR reports the same of "
                            "networks. {restart-makes-worse}"),
        Step({"step": 1200}, "This run ends within a cycle, at <after>; the single cosine ended at <before>."),
    ),
    _scene(
        "A range test",
        "A constant rate is replaced by one that rises from 0 to three times the edge.",
        STILL,
        {"family": "constant", "T": 400, "Tw": 0, "eta_max": 2e-4},
        {"family": "range_test", "eta_min": 0.0, "eta_max": 1.2e-3, "sweep": "linear"},
        Step({"step": 400}, "A constant rate tells about itself alone."),
        Step({"family": "range_test", "eta_min": 0.0, "eta_max": 1.2e-3, "sweep": "linear", "step": 40},
             "The rising one meets the rates one after the other. Smith reads from such a run where a network's "
             "accuracy begins to rise and where it breaks. {range-test}"),
        Step({"step": 133}, "Here the rate passes the edge, and the loss goes on falling: what grows was tiny "
                            "by then."),
        Step({"step": 306}, "Only at 2.3 times the edge is the loss back at its start. {range-test-late}"),
        Step({"step": 400}, "By the end it is <after>. Without noise a range test shows the edge late."),
    ),
    _scene(
        "No best schedule",
        "Once more a constant rate is replaced by a cosine that falls to 0, as in scene 4. This time there is "
        "no noise.",
        STILL,
        {"family": "constant", "T": 1000, "Tw": 0, "eta_max": 3e-4},
        {"family": "warmup_cosine", "eta_min": 0.0},
        Step({"step": 1000}, "Without noise there is no floor: each update makes the rest of the way shorter."),
        Step({"family": "warmup_cosine", "eta_min": 0.0}, "The cosine's rates add up to half as much, so of the "
                                                          "flat way the square root is left, which is far more."),
        Step({}, "It ends at <after> instead of <before>; with noise, in scene 4, it was the other way round. "
                 "{winner-changes} {best-schedule}"),
    ),
)  # fmt: skip


class Storyboard:
    """The scenes, one at a time: asked, then played under the reader's control."""

    title = "Storyboard"

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._picks: dict[int, str] = {}
        self._at: dict[int, int] = {}  # for each scene how many of its steps are shown
        self._warned = False  # whether the next step would show what nobody has predicted yet

    @property
    def place(self) -> int:
        """Which scene is shown."""
        return min(self._lab.scene, len(SCENES) - 1)

    def act(self, act: str, value: object) -> None:
        """Choose a scene, say what will show, commit to it, go a step on or back, or begin again."""
        place = self.place
        if act == "scene" and value in range(len(SCENES)):
            self._enter(int(str(value)))
        elif act == "pick" and value in dict(KINDS) and not self._at.get(place):
            self._picks[place] = str(value)
        elif act == "commit" and place in self._picks and not self._at.get(place):
            self._show(1)
        elif act == "step" and value in (1, -1):
            self._go(1 if value == 1 else -1)
        elif act == "reveal" and not self._at.get(place):
            self._show(1)
        elif act == "again":
            self._picks.pop(place, None)
            self._enter(place)

    @property
    def _unset(self) -> bool:
        """Whether it asks beside another stage than it begins from: by a link, or since sliders were moved."""
        before = {name: value for name, value in SCENES[self.place].before.items() if name not in ASIDE}
        state = {**self._lab.state, **self._lab.own[self._lab.family]}
        stands = not self._lab.pins and all(state[name] == value for name, value in before.items())
        return not self._at.get(self.place) and not stands

    def _enter(self, scene: int) -> None:
        self._warned = False
        self._at[scene] = 0
        self._lab.jump({**SCENES[scene].before, "scene": scene}, f"Scene {scene + 1}: {SCENES[scene].title}.", pins=[])

    def _go(self, by: int) -> None:
        scene, at = self.place, self._at.get(self.place, 0)
        if by > 0 and self._unset:
            self._enter(scene)
        elif by > 0 and at == 0 and scene not in self._picks and not self._warned:
            self._warned = True
        elif by > 0 and at < len(SCENES[scene].steps):
            self._show(at + 1)
        elif by < 0 and at > 1:
            self._show(at - 1)
        elif 0 <= scene + by < len(SCENES):
            self._enter(scene + by)

    def _show(self, at: int) -> None:
        """Show the first `at` steps; once the change is made, the run before it stays beside the new one, pinned."""
        scene = SCENES[self.place]
        self._warned = False
        self._at[self.place] = at
        changes = dict(scene.before)
        for step in scene.steps[:at]:
            changes |= step.changes
        changed = any(changes.get(name) != value for name, value in scene.before.items() if name != "step")
        self._lab.jump(changes, pins=[scene.case] if changed else [])

    def blocks(self) -> list[Block]:
        """Return what the section shows."""
        place = self.place
        scene, at, pick = SCENES[place], self._at.get(place, 0), self._picks.get(place, "")
        over = at == len(scene.steps)
        inside = [
            text(f"Scene {place + 1} of {len(SCENES)}: {scene.title}", "title"),
            text(scene.ask),
            choice("pick", ASK, KINDS, pick, scene.kind if over else "", locked=at > 0),
        ]
        unset = self._unset
        if unset:
            inside.append(text("The stage shows something else now. Set it, and you see what the scene begins from."))
        if self._warned:
            inside.append(text("Nobody has said yet what will show. Once more, and it is shown.", "verdict"))
        start, before, after = scene.losses
        for step in scene.steps[at - 1 : at] if at else ():
            words = step.words.replace("<before>", number(before, 3)).replace("<after>", number(after, 3))
            inside.append(text(f"{at} of {len(scene.steps)}. {words}", "step"))
        if over:
            inside.append(text(self._verdict(scene, pick, start, before, after), "verdict"))
        inside.append(self._buttons(place, at, over, pick, unset))
        return [
            text(
                "Each scene changes one thing. Say first what will show; then step through it, and see it on the stage."
            ),
            buttons(
                *(
                    button(
                        str(number + 1), "scene", number, pressed=number == place, says=f"Scene {number + 1}: {s.title}"
                    )
                    for number, s in enumerate(SCENES)
                )
            ),
            card(inside),
        ]

    @staticmethod
    def _buttons(place: int, at: int, over: bool, pick: str, unset: bool) -> Block:
        last = place == len(SCENES) - 1
        back = button("Back", "step", -1, disabled=at == 0 and place == 0)
        if at == 0:
            return buttons(
                back,
                button("Commit, and see", "commit", main=True, disabled=not pick),
                button("Set the stage", "again") if unset else button("See without an answer", "step", 1),
            )
        return buttons(
            back,
            button("Next scene" if over else "Next", "step", 1, main=True, disabled=over and last),
            button("Ask again", "again"),
        )

    @staticmethod
    def _verdict(scene: Scene, pick: str, start: float, before: float, after: float) -> str:
        starts, ended, ends = (number(loss, 3) for loss in (start, before, after))
        told = f"The loss starts at {starts}. It ended at {ended}, and now ends at {ends}."
        if not pick:
            return told
        kinds = dict(KINDS)
        if pick == scene.kind:
            return f"As you said: {kinds[pick][0].lower()}{kinds[pick][1:]} {told}"
        said, came = (f"“{kinds[kind][:-1]}”" for kind in (pick, scene.kind))
        return f"You said {said}; what came is {came}. {told}"
