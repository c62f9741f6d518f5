"""The page: puts the parts that it is handed into the template, and the controls into groups."""

from typing import Any
from urllib.parse import quote

import panel as pn

from app.model import Lab, own_specs
from app.presets import PRESETS
from app.views.controls import button, choice, slider, switch
from app.views.theme import ICON, PAGE, STYLE
from schedules import FAMILIES, SHARED, ParamSpec

PRESET_CASES = {preset.key: preset.case for preset in PRESETS}


class Page(pn.Template):
    """The template with its parts."""

    def __repr__(self) -> str:  # Panel prints the whole template for each part that is added; this spares it
        return "Page()"


def make_page(title: str, **parts: Any) -> Page:
    """Return the page with its parts by the names that the template knows."""
    page = Page(PAGE)
    page.add_variable("app_title", title)
    page.add_variable("style", STYLE)
    page.add_variable("app_favicon", f"data:image/svg+xml,{quote(ICON)}")
    for name, part in parts.items():
        page.add_panel(name, part)
    return page


def schedule_items() -> list[dict[str, Any]]:
    """Describe the controls of the curve: family, presets, the shared sliders, and what single families have."""
    families = [(key, family.title) for key, family in FAMILIES.items()]
    items = [
        choice("family", "Schedule", families),
        choice("preset", "Start from", [(p.key, p.title) for p in PRESETS], prompt="Choose an example…"),
    ]
    items += [_item(spec.name, spec) for spec in SHARED]
    items += [_item(f"{key}.{spec.name}", spec) for key, family in FAMILIES.items() for spec in own_specs(family)]
    return [*items, button("reset", "Reset"), button("undo", "Undo", "Take back the last example, reset or removal")]


def stage_items() -> list[dict[str, Any]]:
    """Describe the controls above the plot."""
    return [
        switch("axis", "Rate axis", [("linear", "linear"), ("log", "log")]),
        button("pin", "Pin this curve", "Keep it on the plot while you change the sliders"),
        button("copy", "Copy link", "The link restores exactly this state", act="copy_link"),
    ]


def _item(name: str, spec: ParamSpec) -> dict[str, Any]:
    if spec.kind == "choice":
        return choice(name, spec.label, [(option, option) for option in spec.choices])
    low, _high = spec.reach or spec.bounds
    zero = spec.bounds[0] == 0
    return slider(
        name,
        spec.label,
        scale=spec.scale,
        low=low,
        zero=zero,
        whole=spec.kind == "steps",
        unit=spec.unit,
        symbol=spec.name,
    )


def change(lab: Lab, changes: dict[str, Any]) -> None:
    """Bring changed controls into the state."""
    for name, value in changes.items():
        match name:
            case "preset" if value in PRESET_CASES:
                lab.show(PRESET_CASES[value])
            case "reset" | "undo" | "pin":
                getattr(lab, name)()
            case _:
                pass
    values = {name: value for name, value in changes.items() if name not in ("preset", "reset", "undo", "pin", "copy")}
    if values:
        try:
            lab.assign(values)
        except ValueError as refused:
            lab.notices = [str(refused)]


def look(lab: Lab) -> dict[str, dict[str, Any]]:
    """Return what every control shows."""
    plain = {"disabled": False, "hidden": False, "note": ""}
    shown: dict[str, dict[str, Any]] = {
        "family": {**plain, "value": lab.family, "note": lab.spec.summary.replace("`", "")},
        "preset": {**plain, "value": ""},
        "axis": {**plain, "value": lab.axis},
        "reset": plain,
        "undo": {**plain, "disabled": not lab.can_undo},
        "pin": plain,
        "copy": plain,
    }
    for spec in SHARED:
        used = lab.spec.has(spec.name)
        state = {**plain, "value": getattr(lab, spec.name), "disabled": not used}
        if not used:
            state["note"] = f"Not used: this schedule {spec.absent}."
        shown[spec.name] = {**state, **_reach(lab, spec, state["value"])}
    for key, family in FAMILIES.items():
        for spec in own_specs(family):
            value = lab.own[key][spec.name]
            state = {**plain, "value": value, "hidden": key != lab.family, "note": ""}
            shown[f"{key}.{spec.name}"] = state if spec.kind == "choice" else {**state, **_reach(lab, spec, value)}
    return shown


def _reach(lab: Lab, spec: ParamSpec, value: float) -> dict[str, Any]:
    """Return where a slider ends now, and its value in words."""
    _low, high = spec.reach or spec.bounds
    words = f"{value:g} {spec.unit}".strip() if spec.kind != "steps" else f"{value:,} {spec.unit}"
    if spec.span and spec.span != spec.name:
        high = getattr(lab, spec.span)
        words += f", {100 * value / high:.3g} percent of the run"
    return {"high": high, "text": words}
