"""One visit: the state, its views, and the page. `panel serve app` runs this file anew for each visitor."""

import panel as pn

from app.link import decode, encode, parse
from app.model import Lab
from app.views.address import Address
from app.views.controls import Controls
from app.views.legend import Legend
from app.views.page import make_page
from app.views.prose import Prose
from app.views.schedule import SchedulePlot
from app.views.stage import change, look, plot_items, schedule_items
from app.views.tables import Tables

pn.extension()

lab = Lab()
asked = pn.state.session_args
if asked:
    lab.restore(*decode(asked, Lab()))


def group(title: str, items: list[dict[str, object]]) -> Controls:
    """Return controls that write to the state and show it."""
    names = {item["name"] for item in items}
    return Controls(
        items,
        on_change=lambda changes: change(lab, changes),
        look=lambda: {name: state for name, state in look(lab).items() if name in names},
        title=title,
    )


controls, stage_controls = group("Schedule and parameters", schedule_items()), group("Plot", plot_items())
plot, prose, tables, legend = SchedulePlot(lab), Prose(lab), Tables(lab), Legend(lab)
address = Address(
    on_visit=lambda query: lab.restore(*decode(parse(query), Lab())),
    on_rem=plot.resize,
    query=encode(lab) if asked else "",
)


def refresh(_event: object) -> None:
    """Bring every view up to the state, in one message to the browser."""
    with pn.io.hold():
        for view in (plot, prose, tables, legend, controls, stage_controls):
            view.refresh()
        address.query = encode(lab)


lab.param.watch(refresh, "revision")
make_page(
    "Schedule Lab",
    controls=controls,
    stage_controls=stage_controls,
    plot=pn.pane.Bokeh(plot.figure, sizing_mode="stretch_both", margin=0),
    prose=prose,
    tables=tables,
    legend=legend,
    address=address,
).servable()
