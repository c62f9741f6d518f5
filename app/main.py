"""One visit: the state, its views, and the page. `panel serve app` runs this file anew for each visitor."""

from collections.abc import Callable
from typing import Any

import panel as pn

from app.link import decode, encode, parse
from app.model import Lab
from app.range_test import on_stage
from app.training import Pacer, Trainer
from app.views.address import Address
from app.views.canvas import Canvas
from app.views.caption import Caption
from app.views.controls import Controls
from app.views.frame import Frame
from app.views.late import Late
from app.views.legend import Legend
from app.views.lesson import Lesson
from app.views.listing import Listing
from app.views.loss import LossPlot
from app.views.notes import Notes
from app.views.page import fill
from app.views.path import PathPlot
from app.views.practice import Practice
from app.views.prose import Prose
from app.views.ranking import Ranking
from app.views.readings import Readings
from app.views.schedule import SchedulePlot
from app.views.stage import (
    Look,
    change,
    look_playhead,
    look_plot,
    look_schedule,
    look_toy,
    playhead_items,
    plot_items,
    schedule_items,
    toy_items,
)
from app.views.sweep import SweepPlot
from app.views.sweep_controls import change_sweep, look_sweep, sweep_items
from app.views.tables import Tables
from app.views.takeaway import TakeAway
from app.views.winners import Winners

PAUSE = 100  # ms without a move before the map of winners is worked out
QUIET = 60  # ms after what was sent last, until which the browser has been written to
AGAIN = 240  # ms until what a slow browser did not take is pushed once more

pn.extension(browser_info=False)

document = pn.state.curdoc
lab = Lab()
asked = pn.state.session_args
if asked:
    lab.restore(*decode(asked, Lab()))


def after(work: Callable[[], None], ms: int) -> None:
    """Call a function after so many milliseconds, or else soon, after what waits already."""
    if ms:
        document.add_timeout_callback(work, ms)
    elif pn.state.loaded:
        pn.state.execute(work, schedule=True)
    else:  # what changes before the browser listens, it never hears of
        pn.state.onload(lambda: pn.state.execute(work, schedule=True))


def show(changed: list[Any]) -> None:
    """Bring views up to the state, in one message to the browser."""
    with pn.io.hold():
        for view in changed:
            view.refresh()
    flush.nudge()


trainer = Trainer(lab, lambda work: after(work, 0), on_news=lambda: show(trained))
trainer.refresh()


def group(title: str, items: list[dict[str, object]], look: Callable[[], Look]) -> Controls:
    """Return controls that write to the state and show it."""
    return Controls(items, on_change=lambda changes: change(lab, changes), look=look, title=title)


controls = group("Schedule and parameters", schedule_items(), lambda: look_schedule(lab, trainer))
stage_controls = group("Plot", plot_items(), lambda: look_plot(lab))
playhead = group("Playhead", playhead_items(), lambda: look_playhead(lab, trainer))
toy = group("Training", toy_items(), lambda: look_toy(lab))
plot, path_plot, loss_plot = SchedulePlot(lab, trainer), PathPlot(lab, trainer), LossPlot(lab, trainer)
prose, tables, legend, ranking = Prose(lab, trainer), Tables(lab, trainer), Legend(lab), Ranking(lab, trainer)
path_caption = Caption(lambda: "" if lab.held else path_plot.caption)
loss_caption = Caption(lambda: "" if lab.held else loss_plot.caption)
practice, listing, lesson, notes = Practice(lab), Listing(lab), Lesson(lab), Notes(lab)
canvas = Late(lambda: Canvas(lab), wanted=lambda: lab.exercise != "")
canvas_caption = Caption(lambda: canvas.view.caption if canvas.view else "")
winners = Winners(lab, trainer, lambda work: after(work, PAUSE))
sweep_plot = Late(lambda: SweepPlot(lab, trainer), wanted=lambda: on_stage(lab))
sweep_caption = Caption(lambda: sweep_plot.view.caption if sweep_plot.view and not lab.held else "")
readings = Readings(lab, trainer)
sweep_controls = Controls(
    sweep_items(),
    on_change=lambda changes: change_sweep(lab, changes),
    look=lambda: look_sweep(lab, trainer),
    title="Range test",
)
trained: list[Any] = [
    *(path_plot, loss_plot, path_caption, loss_caption, prose, tables, playhead, ranking),
    *(sweep_plot, sweep_caption, sweep_controls, readings),
]
practised = [practice, canvas, canvas_caption]
at_once = [plot, legend, controls, stage_controls, toy, listing, lesson, notes, *practised]
figures = {"plot": plot, "path_plot": path_plot, "loss_plot": loss_plot}
late = {"sweep_plot": sweep_plot, "canvas": canvas}


def resize(rem: float) -> None:
    """Fit every plot to a root font size [pixels]."""
    for each in figures.values():
        each.resize(rem)
    for other in late.values():
        other.resize(rem)


address = Address(
    on_visit=lambda query: lab.restore(*decode(parse(query), Lab())),
    on_rem=resize,
    query=encode(lab) if asked else "",
)
frame = Frame(lab, lambda: address.query)


def push() -> None:
    """Push out what waits on its way to the browser, and once more for one that was slow to take the first push."""
    address.beat()
    after(address.beat, AGAIN)


flush = Pacer(push, after, wait=QUIET)


def train() -> None:
    """Bring what follows from training up to the state."""
    with pn.io.hold():
        trainer.refresh()
        show([*trained, winners])


pacer = Pacer(train, after)
takeaway = TakeAway(lab, trainer, settle=pacer.settle)


def refresh(_event: object) -> None:
    """Bring everything up to the state: the curve at once, what is costly as soon as there is time for it."""
    show([*at_once, *trained, winners] if lab.held else at_once)  # a cover comes over all in one
    reframe(None)
    pacer.nudge()


def reframe(_event: object) -> None:
    """Bring up to the state what stands where, and the address."""
    address.query = encode(lab)
    show([frame])


def rearrange(_event: object) -> None:
    """Hide and show parts of the page."""
    show([controls, stage_controls, playhead, toy, prose])
    reframe(None)


# What a part asks for when its tab opens is sent beside the state's own round, and must not wait for the next one.
lesson.param.watch(lambda _event: flush.nudge(), ["open", "sent"])
listing.param.watch(lambda _event: flush.nudge(), ["open", "target"])
notes.param.watch(lambda _event: flush.nudge(), ["open"])
lab.param.watch(refresh, "revision")
lab.param.watch(rearrange, "framed")
lab.param.watch(lambda _event: show(practised), "practised")
fill(
    document,
    "Schedule Lab",
    controls=controls,
    stage_controls=stage_controls,
    playhead=playhead,
    toy=toy,
    path_caption=path_caption,
    loss_caption=loss_caption,
    prose=prose,
    tables=tables,
    legend=legend,
    ranking=ranking,
    winners=winners,
    sweep_controls=sweep_controls,
    sweep_caption=sweep_caption,
    canvas_caption=canvas_caption,
    readings=readings,
    practice=practice,
    listing=listing,
    lesson=lesson,
    takeaway=takeaway,
    notes=notes,
    frame=frame,
    address=address,
    **{name: pn.pane.Bokeh(each.figure, sizing_mode="stretch_both", margin=0) for name, each in figures.items()},
    **{name: each.pane for name, each in late.items()},
)
