// Bokeh (3.9) writes the stylesheet of each part of a plot anew whenever it paints, and the browser then styles the page
// anew for each of them: a third of the time in which a curve follows a slider. What has not changed is left alone.
{
  const {InlineStyleSheet} = window.Bokeh.require("core/dom")
  const write = InlineStyleSheet.prototype._update
  InlineStyleSheet.prototype._update = function (css) {
    if (this.el.textContent !== css) write.call(this, css)
  }
}
