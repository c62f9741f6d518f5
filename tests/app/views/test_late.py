"""A plot that comes when it is wanted: made once, in the size that holds by then, and on the page."""

from bokeh.document import Document

from app.model import Lab
from app.range_test import on_stage
from app.views.late import Late
from app.views.sweep import SweepPlot
from idle import idle


def test_it_is_made_when_it_is_first_wanted_and_then_follows() -> None:
    lab, made = Lab(), []

    def make() -> SweepPlot:
        made.append(SweepPlot(lab, idle(lab)))
        return made[-1]

    late = Late(make, wanted=lambda: on_stage(lab))
    document = Document()
    late.pane.server_doc(document)
    before = len(document.models)
    late.refresh()
    late.resize(22.0)
    assert (made, late.view) == ([], None)
    lab.assign({"family": "range_test"})
    late.refresh()
    late.refresh()
    assert len(made) == 1
    assert late.pane.object is made[0].figure
    assert document.get_model_by_name("range_test") is made[0].figure
    assert len(document.models) > before + 50
    same = SweepPlot(lab, idle(lab))
    same.resize(22.0)
    size = str(same.figure.xaxis[0].major_label_text_font_size)
    assert str(made[0].figure.xaxis[0].major_label_text_font_size) == size
    lab.assign({"family": "constant"})
    late.refresh()
    assert late.view is made[0]
