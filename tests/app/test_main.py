"""One visit, without a server: the page is put together, follows its controls, and opens any link."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from bokeh.document import Document

from app.link import decode, encode, parse
from app.model import Lab
from app.presets import PRESETS
from schedules import FAMILIES, SHARED

ROOTS = {
    *("controls", "stage_controls", "playhead", "toy", "plot", "path_plot", "loss_plot"),
    *("prose", "tables", "legend", "ranking", "winners", "address"),
    *("sweep_plot", "sweep_controls", "readings", "path_caption", "loss_caption"),
    *("practice", "canvas", "listing", "lesson", "takeaway", "notes", "frame", "sweep_caption", "canvas_caption"),
}
Visit = Callable[..., tuple[Document, dict[str, Any]]]


@pytest.fixture(scope="module")
def built(visit: Visit) -> tuple[Document, dict[str, Any]]:
    """The page of a visitor without a query."""
    return visit()


@pytest.fixture
def names(built: tuple[Document, dict[str, Any]]) -> dict[str, Any]:
    """What `main.py` has made, in the state of a fresh page."""
    built[1]["lab"].reset()
    return built[1]


def send(names: dict[str, Any], **changes: Any) -> None:
    """Move controls as a browser does."""
    plot_controls = {item["name"] for item in names["stage_controls"].items}
    controls = names["stage_controls" if changes.keys() <= plot_controls else "controls"]
    controls.sent = {"seq": controls.done + 1, "changes": changes}
    names["pacer"].settle()


def test_a_visit_puts_all_parts_on_the_page(built: tuple[Document, dict[str, Any]]) -> None:
    document, _names = built
    assert {root.name for root in document.roots} == ROOTS
    assert len(document.get_model_by_name("schedule_data").data["lr"]) > 0
    assert document.get_model_by_name("schedule").y_scale is not None


def test_no_two_models_of_the_page_share_a_name(built: tuple[Document, dict[str, Any]]) -> None:
    names = [model.name for model in built[0].models if model.name]
    assert sorted(names) == sorted(set(names))


def test_each_visitor_has_a_state_of_their_own(visit: Visit) -> None:
    _one, first = visit()
    _other, second = visit()
    send(first, T=77)
    assert first["lab"].T == 77
    assert second["lab"].T == 10_000


def test_a_moved_control_reaches_every_part_of_the_page(names: dict[str, Any]) -> None:
    send(names, family="sgdr", T=200, Tw=0, cycle_length=10, eta_max=0.05, eta_min=0)
    lab = names["lab"]
    run = lab.run
    assert (run.family.key, run.lr.size) == ("sgdr", 200)
    assert list(names["plot"].data.data["lr"]) == list(run.lr)
    assert names["prose"].sentence == run.sentence
    assert dict(names["tables"].key_values)["Restarts"] == "4 (at updates 10, 30, 70 and 150)"
    assert names["address"].query == encode(lab)
    assert names["controls"].shown["family"]["value"] == "sgdr"


def test_a_pinned_curve_reaches_plot_and_legend(names: dict[str, Any]) -> None:
    send(names, pin=True)
    send(names, T=500)
    assert names["legend"].curves == ["T 500", "T 10,000"]
    assert "pin=" in names["address"].query
    names["legend"].pressed = {"act": "remove", "index": 0, "seq": 1}
    assert names["legend"].curves == ["Warmup, then cosine"]
    assert names["controls"]._last["undo"]["disabled"] is False


def test_a_refused_value_is_said_on_the_page_and_nothing_moves(names: dict[str, Any]) -> None:
    before = encode(names["lab"])
    send(names, T=[])
    assert names["prose"].notices == names["lab"].notices
    assert len(names["prose"].notices) == 1
    assert encode(names["lab"]) == before


def test_the_address_leads_back_to_the_page(names: dict[str, Any]) -> None:
    for preset in PRESETS:
        names["lab"].show(preset.case)
        state, notices = decode(parse(names["address"].query), Lab())
        assert notices == []
        assert state == names["lab"].state


def test_going_back_restores_the_state_of_that_address(names: dict[str, Any]) -> None:
    send(names, T=500)
    names["address"].visited = {"query": "?family=step&gamma=0.25&T=60", "seq": 1}
    lab = names["lab"]
    assert (lab.family, lab.T, lab.own["step"]["gamma"]) == ("step", 60, 0.25)
    assert names["plot"].data.data["lr"].size == 60
    names["address"].visited = {"query": "", "seq": 2}
    assert lab.state == Lab().state


@pytest.mark.parametrize("size", [1, 10, 16, 40])
def test_another_font_size_moves_no_state(names: dict[str, Any], size: float) -> None:
    before = copy.deepcopy(names["lab"].state)
    names["address"].rem = size
    assert names["lab"].state == before


@pytest.mark.parametrize("key", FAMILIES)
def test_every_family_can_be_put_on_the_stage(names: dict[str, Any], key: str) -> None:
    send(names, family=key)
    assert names["lab"].run.family.key == key
    assert names["address"].query.startswith(f"family={key}&")
    for spec in SHARED:
        shown = names["controls"]._last[spec.name]
        assert shown["disabled"] is not FAMILIES[key].has(spec.name)


def test_a_visit_with_a_link_opens_its_state(visit: Visit) -> None:
    _document, names = visit(family="sgdr", T="1000", Tw="0", eta_max="0.1", eta_min="0.001", cycle_length="100")
    assert names["lab"].run.key_values.restarts.tolist() == [100, 300, 700]
    assert names["prose"].sentence == names["lab"].run.sentence
    assert names["address"].query == encode(names["lab"])


def test_a_visit_without_a_link_leaves_the_address_alone(visit: Visit) -> None:
    _document, names = visit()
    assert names["address"].query == ""


@pytest.mark.parametrize(
    "query",
    [
        {"T": "²"},
        {"T": "nan", "family": "adam", "eta_max": "1e400"},
        {"note": "[" * 5_000},
        {"pin": "\x00,,,:::", "axis": "<script>"},
        {"family": "range_test", "sweep": "exponential", "eta_min": "0"},
        {f"a{number}": "1" for number in range(500)},
    ],
    ids=["digit", "numbers", "nested", "pin", "conflict", "many"],
)
def test_a_broken_link_still_opens_the_page_and_says_so(visit: Visit, query: dict[str, str]) -> None:
    document, names = visit(**query)
    assert {root.name for root in document.roots} == ROOTS
    assert names["prose"].notices or names["prose"].error
    assert encode(names["lab"]) == names["address"].query


def test_something_small_follows_each_change_so_that_nothing_waits_for_the_next_one(names: dict[str, Any]) -> None:
    # Panel 1.9.4 may leave a batch of messages until there is something new to send.
    before = names["address"].beats
    send(names, T=321)
    names["flush"].settle()
    assert names["address"].beats == before + 1


def test_a_move_without_an_exercise_leaves_the_canvas_alone(built: tuple[Document, dict[str, Any]]) -> None:
    document, names = built
    names["lab"].open("E9", 0)  # whose axes are drawn, and taken off again
    names["lab"].open("", 0)
    canvas = set(names["canvas"].view.figure.references())
    changed: list[Any] = []
    document.on_change(changed.append)
    send(names, T=654)
    assert changed
    assert [event for event in changed if getattr(event, "model", None) in canvas] == []


def test_a_link_says_what_stands_where(visit: Visit) -> None:
    _document, names = visit(tab="code", hide="compare,winners,sweep,T", present="1", below="path")
    shown = names["frame"].shown
    assert (shown["tab"], shown["present"], shown["below"]) == ("code", True, "path")
    assert shown["marks"] == ["T", "compare", "winners", "sweep", "wide"]
    controls = names["controls"].shown
    assert [name for name, state in controls.items() if state["hidden"] and "." not in name] == ["T"]


def test_what_stands_where_reaches_the_controls_and_the_address_and_no_curve(names: dict[str, Any]) -> None:
    before = names["plot"].data.data
    names["frame"].sent = {"seq": 1, "acts": [["hidden", ["family", "acts", "words"]]]}
    assert names["address"].query == encode(names["lab"])
    assert "hide=family,acts,words" in names["address"].query
    assert names["controls"]._last["undo"]["hidden"] is True
    assert names["prose"].sentence == ""
    names["frame"].sent = {"seq": 2, "acts": [["hidden", []]]}
    assert "hide" not in names["address"].query
    assert names["controls"]._last["undo"]["hidden"] is False
    assert names["prose"].sentence == names["lab"].run.sentence
    assert names["plot"].data.data is before
