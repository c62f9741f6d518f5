"""The ranking: a row for each curve that is compared, in the order of its figures, and what remade curves teach."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model import MAX_PINS, Lab, describe_difference
from app.training import Trainer
from app.views.ranking import COLUMNS, FIGURES, HINT, Ranking
from schedules import FAMILIES
from schedules.facts import number

NEVER = 10**400


class Page:
    """A state with its trainer and ranking, brought up to the state as the page does it."""

    def __init__(self, **settings: Any) -> None:
        self.lab = Lab()
        self.lab.assign({"T": 200, "Tw": 20, **settings})
        self.waiting: list[Callable[[], None]] = []
        self.trainer = Trainer(self.lab, later=self.waiting.append, on_news=lambda: None)
        self.ranking = Ranking(self.lab, self.trainer)
        self.lab.param.watch(lambda _event: self.refresh(), "revision")

    def refresh(self) -> None:
        self.trainer.refresh()
        self.ranking.refresh()

    def wait(self) -> None:
        """Work out what waits."""
        while self.waiting:
            self.waiting.pop(0)()
        self.ranking.refresh()

    def press(self, **message: Any) -> None:
        self.ranking.pressed = {**message, "seq": self.ranking.pressed.get("seq", 0) + 1}

    def column(self, name: str) -> list[str]:
        return [row["texts"][FIGURES.index(name)] for row in self.ranking.rows]

    def part(self, name: str) -> list[Any]:
        return [row[name] for row in self.ranking.rows]


def pinned(**values: Any) -> Page:
    """Return a page with the live curve and two pinned ones of other peaks."""
    page = Page(**values)
    for peak in (1e-5, 1e-4):
        page.lab.assign({"eta_max": peak})
        page.lab.pin()
    page.lab.assign({"eta_max": 2e-4})
    return page


def test_one_curve_has_one_row_and_a_hint() -> None:
    page = Page()
    assert page.part("key") == ["live"]
    assert page.part("mark") == ["live"]
    assert page.part("best") == [[False] * len(FIGURES)]
    assert page.ranking.hint == HINT
    page.lab.pin("reverse")
    assert page.ranking.hint == ""


def test_the_figures_are_those_of_the_outlook() -> None:
    page = pinned()
    for row, case in zip(page.ranking.rows, [page.lab.live, *reversed(page.lab.pins)], strict=True):
        found = page.trainer.of(case)
        assert found is not None
        reached = found.reach(page.lab.goal * found.loss[0])
        figures = [number(value, 3) for value in (found.loss[-1], found.best, found.average)]
        assert row["texts"] == [*figures, f"{reached:,}" if reached >= 0 else "not reached"]


@given(data=st.data())
@settings(deadline=None, max_examples=20)
def test_every_compared_curve_has_its_row(labs: Any, data: st.DataObject) -> None:
    lab = data.draw(labs(300))
    trainer = Trainer(lab, later=[].append, on_news=lambda: None)
    rows = Ranking(lab, trainer).rows
    assert sorted(row["name"] for row in rows) == sorted(describe_difference(trainer.wanted()))
    assert len({row["key"] for row in rows}) == len(rows)
    assert [row["mark"] for row in rows if row["key"] == "live"] == ["live"]


def test_the_least_final_loss_comes_first() -> None:
    page = pinned()
    assert page.ranking.caption == "Ranking by final loss; same problem, same seeds"
    assert page.part("key") == ["live", "pin 1", "pin 0"]
    assert page.part("rank") == ["1", "2", "3"]
    assert page.part("mark") == ["live", "pinned", "pinned"]
    assert [best[0] for best in page.part("best")] == [True, False, False]


def test_a_heading_sorts_and_turns_round() -> None:
    page = pinned()
    page.press(act="sort", column="final")
    assert (page.ranking.sort, page.ranking.descending) == ("final", True)
    assert page.part("key") == ["pin 0", "pin 1", "live"]
    assert page.part("rank") == ["3", "2", "1"]
    page.press(act="sort", column="average")
    assert (page.ranking.sort, page.ranking.descending) == ("average", False)
    assert page.ranking.caption == "Ranking by average loss; same problem, same seeds"
    page.press(act="sort", column="name")
    assert page.part("name") == sorted(page.part("name"))
    assert page.ranking.caption == "Ranking by final loss, listed by name; same problem, same seeds"
    assert page.part("rank") == [{"live": "1", "pin 1": "2", "pin 0": "3"}[key] for key in page.part("key")]


@pytest.mark.parametrize("column", COLUMNS)
def test_sorting_is_no_change_of_the_state(column: str) -> None:
    page = pinned()
    before = page.lab.revision
    page.press(act="sort", column=column)
    assert page.lab.revision == before
    page.lab.assign({"T": 150})
    assert page.ranking.sort == column


def test_what_does_not_reach_the_goal_comes_after_what_does() -> None:
    page = pinned(noise=0, condition=1, eta_min=0, goal=1e-6)
    page.press(act="sort", column="goal")
    assert page.part("key")[-1] == "pin 0"
    assert page.column("goal")[-1] == "not reached"
    assert page.part("rank")[-1] == "–"
    assert [best[3] for best in page.part("best")] == [True, False, False]
    page.press(act="sort", column="goal")
    assert page.column("goal")[-1] == "not reached"


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("turns", [1, 2])
def test_lost_curves_come_last(column: str, turns: int) -> None:
    page = pinned(T=3000)
    page.lab.assign({"eta_max": 1.0})
    for _ in range(turns):
        page.press(act="sort", column=column)
    assert page.part("key")[-1] == "live"
    found = page.trainer.live
    assert found is not None
    assert page.column("final")[-1] == f"lost at update {found.diverged_at:,}"
    assert page.column("average")[-1] == "–"
    assert page.part("rank")[-1] == "–"
    assert page.part("best")[-1][0] is False


def test_what_is_worked_out_shows_so_and_comes_before_the_lost() -> None:
    page = pinned(T=3000)
    page.lab.assign({"eta_max": 1.0})
    page.lab.assign({"all_families": True})
    assert page.column("final")[0] not in ("working it out", "…")
    at = [text == "working it out" for text in page.column("final")]
    assert at == [False, False, *[True] * (len(at) - 3), False]
    assert page.part("key")[-1] == "live"
    assert page.column("best")[2] == "…"
    page.wait()
    assert "working it out" not in page.column("final")


def test_too_many_updates_are_said_to_be_too_many() -> None:
    page = Page(T=200_000, optimizer="adam")
    assert page.column("final") == ["too many updates"]


def test_all_families_are_ranked() -> None:
    page = Page()
    page.press(act="families", on=True)
    page.wait()
    assert page.lab.all_families
    assert page.ranking.families
    assert {case.family for case in page.trainer.wanted()} == set(FAMILIES)
    assert len(page.ranking.rows) == len(FAMILIES)
    ends = [found.loss[-1] for case in page.trainer.wanted() if (found := page.trainer.of(case))]
    assert page.column("final") == [number(end, 3) for end in sorted(ends)]
    page.press(act="families", on=False)
    assert page.part("key") == ["live"]


def test_equal_curves_share_a_place_and_none_is_best() -> None:
    page = Page(noise=0)
    page.lab.pin("reverse")
    assert page.part("rank") == ["1", "1"]
    assert [best[0] for best in page.part("best")] == [False, False]
    assert page.ranking.caption == "Ranking by final loss; same problem, no noise"


@pytest.mark.parametrize("index", [0, 1])
def test_a_pinned_curve_can_be_shown(index: int) -> None:
    page = pinned()
    pin = page.lab.pins[index]
    page.press(act="show", row=f"pin {index}")
    assert page.lab.live == pin
    assert "pinned" in page.part("mark")
    assert page.part("key").count("live") == 1


def test_a_family_can_be_shown() -> None:
    page = Page(all_families=True)
    page.press(act="show", row="sgdr")
    assert page.lab.family == "sgdr"
    assert page.lab.T == 200


@pytest.mark.parametrize("remake", ["reverse", "shuffle", "same_mean", "same_area"])
def test_a_remade_curve_can_be_pinned(remake: str) -> None:
    page = Page()
    page.press(act="pin", remake=remake)
    assert [pin.remake for pin in page.lab.pins] == [remake]
    assert len(page.ranking.rows) == 2


STRANGE = [None, True, -1, 0, 0.0, NEVER, "", "live", "pin 2", "pin -1", "toString", "__class__", [], ["pin 0"], {}]


@pytest.mark.parametrize("value", STRANGE, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize(("act", "what"), [("show", "row"), ("pin", "remake"), ("sort", "column")])
def test_what_is_not_there_cannot_be_pressed(act: str, what: str, value: Any) -> None:
    page = pinned()
    before = page.lab.revision, page.ranking.sort, page.ranking.rows
    page.press(act=act, **{what: value})
    assert (page.lab.revision, page.ranking.sort, page.ranking.rows) == before


@pytest.mark.parametrize("on", [None, 1, "true", NEVER, [True], {}, False], ids=lambda value: repr(value)[:12])
def test_families_are_asked_for_by_yes_or_no(on: Any) -> None:
    page = pinned()
    before = page.lab.revision
    page.press(act="families", on=on)
    assert page.lab.revision == before


@pytest.mark.parametrize(
    "act", [None, 5, [], {}, ["pin"], "reset", "_press_pin", NEVER], ids=lambda act: repr(act)[:12]
)
def test_an_unknown_press_does_nothing(act: Any) -> None:
    page = pinned()
    before = page.lab.revision
    page.press(act=act, remake="reverse", on=True, row="pin 0", column="best")
    page.ranking.pressed = {}
    assert (page.lab.revision, page.ranking.sort) == (before, "final")


def test_a_sort_that_is_none_falls_back() -> None:
    page = pinned()
    page.ranking.sort = "nothing"
    page.ranking.refresh()
    assert page.part("key") == ["live", "pin 1", "pin 0"]


# What is taught.


def lesson(*remakes: str, **values: Any) -> str:
    page = Page(**values)
    for remake in remakes:
        page.lab.pin(remake)
    page.wait()
    return page.ranking.lesson


@pytest.mark.parametrize("remake", ["reverse", "shuffle"])
def test_without_noise_order_does_not_matter(remake: str) -> None:
    title = {"reverse": "Reversed", "shuffle": "Shuffled"}[remake]
    words = f"{title} ends at the same loss: without noise the order of the factors does not matter."
    assert lesson(remake, noise=0) == words
    assert lesson(remake, noise=0, T=20_000) == words  # losses that no float holds are compared all the same


def test_with_noise_the_last_rates_decide() -> None:
    page = Page(condition=1)
    page.lab.pin("reverse")
    live, other = (page.trainer.of(case) for case in page.trainer.wanted())
    assert live is not None
    assert other is not None
    times = number(other.loss[-1] / live.loss[-1], 2)
    assert page.ranking.lesson == f"Reversed ends {times} times higher: with noise the last rates decide."
    assert "% higher: with noise" in lesson("reverse")  # where the flat direction has still far to go
    assert lesson("shuffle", condition=1).endswith(" times higher: with noise it counts which rates come last.")


def test_weak_noise_cannot_tell_orders_apart() -> None:
    words = lesson("reverse", noise=1e-8)
    assert words == "Reversed ends at the same loss: the noise is too weak to tell one order from the other."


def test_the_order_counts_without_noise_where_updates_are_no_factors() -> None:
    assert "momentum carries on" in lesson("reverse", noise=0, optimizer="momentum", eta_max=1e-5)
    assert "Adam scales" in lesson("reverse", noise=0, optimizer="adam", eta_max=0.1)
    words = lesson("reverse", problem="logistic", batch="full", classes="separable", sharpness=1, eta_max=1.0)
    assert "the curvature changes" in words


def test_mean_and_sum_leave_the_shape_to_decide() -> None:
    for noise in (0, 30):
        assert "so it is the shape that makes the difference." in lesson("same_mean", noise=noise)
        assert "so it is when they come that makes the difference." in lesson("same_area", noise=noise)


def test_a_mistake_is_compared_with_what_was_meant() -> None:
    page = Page()
    page.lab.show_mistake("clock-from-zero")
    page.wait()
    words = page.ranking.lesson
    assert words.startswith("With the decay's clock from update 0, it ends ")
    assert words.endswith((" higher.", " lower."))
    assert page.ranking.rows[1]["name"].endswith(", with the decay's clock from update 0")


def test_a_constant_is_its_own_remake() -> None:
    words = "Same mean, constant ends at the same loss: it is the very same curve."
    assert lesson("same_mean", family="constant", Tw=0) == words


@pytest.mark.parametrize("remake", ["same_mean", "same_area"])
def test_from_the_minimum_without_noise_nothing_moves(remake: str) -> None:
    assert "ends at the same loss: here the " in lesson(remake, noise=0, start_sharp=0, start_flat=0)


def test_each_remade_pin_has_its_sentence() -> None:
    words = lesson("reverse", "same_area")
    assert words.startswith("Reversed ends ")
    assert ". Same area, linear ends " in words


def test_lost_curves_are_said_to_be_lost() -> None:
    words = lesson("reverse", eta_max=1.0, T=3000)
    assert words.startswith("Reversed is lost at update ")
    assert ", the live curve at update " in words
    spike = {"T": 3000, "Tw": 0, "eta_max": 7.5e-4, "noise": 0}
    assert lesson("same_mean", **spike).startswith("Same mean, constant is not lost; the live curve is, at update ")


def test_pins_of_other_curves_teach_nothing() -> None:
    page = Page()
    page.lab.pin("reverse")
    page.lab.assign({"eta_max": 1e-4})
    assert page.ranking.lesson == ""
    page.lab.pin()
    assert page.ranking.lesson == ""


def test_nothing_is_taught_before_it_is_worked_out() -> None:
    page = Page(optimizer="adam")
    page.lab.pin("reverse")
    assert page.ranking.lesson == ""
    page.wait()
    assert page.ranking.lesson.startswith("Reversed ends ")


def test_as_many_pins_as_there_may_be_are_ranked_with_all_families() -> None:
    page = Page()
    for remake in ("reverse", "shuffle", "same_mean", "same_area")[:MAX_PINS]:
        page.press(act="pin", remake=remake)
    page.press(act="families", on=True)
    page.wait()
    assert len(page.ranking.rows) == len(page.trainer.wanted()) == len(FAMILIES) + MAX_PINS
