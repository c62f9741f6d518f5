"""Which controls the stage has, what each shows, and what it does to the state."""

from typing import Any

from app.lesson.equations import tint
from app.model import Lab, own_specs
from app.presets import PRESETS
from app.training import Trainer
from app.views.controls import button, choice, playhead, slider, switch
from schedules import FAMILIES, SHARED, ParamSpec
from schedules.facts import number
from schedules.toy import TITLES, TOY, why_unused

Look = dict[str, dict[str, Any]]  # what controls show, by name
PLAIN: dict[str, Any] = {"disabled": False, "hidden": False, "note": ""}
PRESETS_BY_KEY = {preset.key: preset for preset in PRESETS}
ASIDE = ("classes", "batch", "start_sharp", "start_flat")  # controls that only one problem has
IDLE: dict[str, Any] = {"value": 0, "high": 1, "text": "", "moments": []}
ACTS = ("reset", "undo", "redo", "pin")
# What a number says beside its name, where it has no unit.
MEANS = {"restart_mult": "times the cycle before", "goal": "of the loss at the start"}
PART = dict.fromkeys(("reset", "undo", "redo"), "acts")  # which part of the page a button belongs to


def schedule_items() -> list[dict[str, Any]]:
    """Describe the controls of the curve: family, the shared sliders, and what single families have."""
    families = [(key, family.title) for key, family in FAMILIES.items()]
    items = [choice("family", "Schedule", families)]
    items += [_item(spec.name, spec) for spec in SHARED]
    items += [_item(f"{key}.{spec.name}", spec) for key, family in FAMILIES.items() for spec in own_specs(family)]
    return [
        *items,
        button("reset", "Reset"),
        button("undo", "Undo", "Take back the last change"),
        button("redo", "Redo", "Do again what was taken back"),
    ]


def plot_items() -> list[dict[str, Any]]:
    """Describe what stands above the plot."""
    return [
        switch("axis", "Rate axis", [("linear", "linear"), ("log", "log")]),
        button("pin", "Pin this curve", "Keep it on the plot while you change the sliders"),
        button("copy", "Copy link", "The link restores exactly this state", act="copy_link"),
        choice("preset", "Start from", [(p.key, p.title) for p in PRESETS], prompt="Try an example…"),
    ]


def toy_items() -> list[dict[str, Any]]:
    """Describe the controls of what is trained, and how."""
    return [_item(spec.name, spec) for spec in TOY]


def playhead_items() -> list[dict[str, Any]]:
    """Describe what moves through the run."""
    return [playhead("step", "Playhead")]


def _item(name: str, spec: ParamSpec) -> dict[str, Any]:
    if spec.kind == "choice":
        return choice(name, spec.label, [(option, TITLES.get(option, option)) for option in spec.choices])
    low, _high = spec.slider
    zero = spec.scale == "log" and spec.nearest(0.0) == 0
    return slider(
        name,
        spec.label,
        scale=spec.scale,
        low=low,
        zero=zero,
        whole=spec.kind == "steps",
        unit=_unit(spec),
        share=bool(spec.span and spec.span != spec.name),
        symbol="" if spec in TOY else spec.name,
        tint="" if spec in TOY else tint(spec.name),
    )


def change(lab: Lab, changes: dict[str, Any]) -> None:
    """Bring changed controls into the state; while a prediction is open, none."""
    if lab.held:
        return
    preset = changes.get("preset")
    if isinstance(preset, str) and preset in PRESETS_BY_KEY:  # a list, for one, cannot even be looked up
        chosen = PRESETS_BY_KEY[preset]
        lab.show(chosen.case, f"{chosen.title}. {chosen.why}")
    for act in ACTS:
        if act in changes:
            getattr(lab, act)()
    values = {name: value for name, value in changes.items() if name not in ("preset", "copy", *ACTS)}
    if values:
        try:
            lab.assign(values)
        except ValueError as refused:
            lab.notices = [str(refused)]


def look_schedule(lab: Lab, trainer: Trainer) -> Look:
    """Return what the controls of the curve show."""
    shown: Look = {
        "family": {**PLAIN, "value": lab.family, "note": lab.spec.summary.replace("`", "")},
        "reset": PLAIN,
        "undo": {**PLAIN, "disabled": not lab.can_undo},
        "redo": {**PLAIN, "disabled": not lab.can_redo},
    }
    for spec in SHARED:
        used = lab.spec.has(spec.name)
        state = {**PLAIN, "value": getattr(lab, spec.name), "disabled": not used}
        if not used:
            state["note"] = f"Not used: this schedule {spec.absent}."
        shown[spec.name] = {**state, **_reach(lab, spec, state["value"], trainer.edge)}
    for key, family in FAMILIES.items():
        for spec in own_specs(family):
            value = lab.own[key][spec.name]
            state = {**PLAIN, "value": value, "hidden": key != lab.family}
            shown[f"{key}.{spec.name}"] = state if spec.kind == "choice" else {**state, **_reach(lab, spec, value)}
    return _arranged(lab, shown)


def look_plot(lab: Lab) -> Look:
    """Return what the controls above the plot show."""
    values: Look = {"preset": {"value": ""}, "axis": {"value": lab.axis}, "pin": {}, "copy": {}}
    return _arranged(lab, {name: {**PLAIN, **value} for name, value in values.items()})


def look_playhead(lab: Lab, trainer: Trainer) -> Look:
    """Return what the playhead shows."""
    return _covered(lab, {"step": IDLE if lab.held else _reading(lab, trainer)})


def look_toy(lab: Lab) -> Look:
    """Return what the controls of problem and optimizer show."""
    settings = lab.toy
    shown: Look = {}
    for spec in TOY:
        reason = why_unused(spec.name, settings)
        state: dict[str, Any] = {
            "value": settings[spec.name],
            "disabled": bool(reason),
            "hidden": False,
            "note": reason,
        }
        if spec.name in ASIDE and reason:
            state["hidden"] = True
        shown[spec.name] = state if spec.kind == "choice" else {**state, **_reach(lab, spec, state["value"])}
    return _covered(lab, shown)


def _arranged(lab: Lab, shown: Look) -> Look:
    """Hide what the page is to leave out."""
    for name, state in shown.items():
        part = PART.get(name, "own" if "." in name else name)
        shown[name] = {**state, "hidden": state["hidden"] or part in lab.hidden}
    return _covered(lab, shown)


def _covered(lab: Lab, shown: Look) -> Look:
    """While a prediction is open, let controls do nothing and say nothing of the curve."""
    if not lab.held:
        return shown
    return {
        name: {**state, "disabled": True, **({"text": ""} if "text" in state else {})} for name, state in shown.items()
    }


def _reading(lab: Lab, trainer: Trainer) -> dict[str, Any]:
    """Return where the playhead stands, in words too, and where it can jump."""
    T, moments = lab.run.lr.size, trainer.moments()
    step = min(lab.step, T)
    rate = f"next rate {number(float(lab.run.lr[step]), 3)}" if step < T else "the run is over"
    words = [f"{step:,} of {T:,} updates made", rate]
    if found := trainer.live:
        loss = float(found.loss[found.at(step)])
        words.append(f"loss {number(loss, 3)}" if loss < float("inf") else "loss more than a float can hold")
    words += [label for moment, label in moments if moment == step]
    return {"value": step, "high": T, "text": ", ".join(words), "moments": [moment for moment, _ in moments]}


def _unit(spec: ParamSpec) -> str:
    """Return the unit to say after a value; "rate" is in the label already."""
    return "" if spec.kind == "rate" else spec.unit or MEANS.get(spec.name, "")


def _reach(lab: Lab, spec: ParamSpec, value: float, edge: float | None = None) -> dict[str, Any]:
    """Return where a slider ends now, and its value in words, with what it is a share or a multiple of."""
    _low, high = spec.slider
    words = f"{value:,} {spec.unit}" if spec.kind == "steps" else f"{number(value)} {_unit(spec)}".strip()
    if spec.span and spec.span != spec.name:
        high = getattr(lab, spec.span)
        words += f", {number(100 * value / high, 3)} percent of the run"
    elif spec.name == "eta_min" and lab.spec.has("eta_min") and lab.eta_max > 0:
        words += f", {number(100 * value / lab.eta_max, 3)} percent of the peak"
    elif spec.name == "eta_max" and edge:
        words += f", {number(value / edge, 3)} times the edge"
    return {"high": high, "text": words}
