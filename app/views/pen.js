// The pen that draws a prediction; see canvas.py. It runs as a script of the page, not as text that is made into a
// function: a policy without 'unsafe-eval' lets it. Pointer and touch alike.

/** Gives the pen to the canvas, if it has come to the page; see late.py. */
window.scheduleLab.holdPen = (document_) => {
  const plot = document_.get_model_by_name("prediction")
  if (plot === null || plot === window.scheduleLab.inked) return // not there yet, or provided for
  window.scheduleLab.inked = plot
  const mine = document_.get_model_by_name("prediction_data")
  const pen = document_.get_model_by_name("pen")
  const into = (value, low, high) => Math.min(high, Math.max(low, value))
  let heights // of the knots, while a stroke lasts
  let last // where it was before

  function move({x, y, event_name: event}) {
    const {kind, knots, low, high, log, left, right} = pen
    if (kind === "" || !Number.isFinite(x) || !Number.isFinite(y)) return
    if (kind === "place") {
      const here = into(x, left, right)
      mine.data = {x: [here, here], y: [0, 1]}
      if (event === "panend" || event === "tap") finish([here], here)
      return
    }
    const [bend, unbend] = log ? [Math.log, Math.exp] : [(y) => y, (y) => y]
    const here = {x, y: bend(into(y, low, high))}
    if (event === "panstart" || event === "tap" || !heights) {
      heights = knots.map((knot) => {
        const at = mine.data.x.indexOf(knot)
        return at < 0 ? null : mine.data.y[at]
      })
      last = here
    }
    // Knots between the last point and this one get the heights of the line between them.
    const [from, to] = last.x <= here.x ? [last, here] : [here, last]
    const reach = (knots[1] - knots[0]) / 2
    knots.forEach((knot, index) => {
      if (knot < from.x - reach || knot > to.x + reach) return
      const share = to.x > from.x ? into((knot - from.x) / (to.x - from.x), 0, 1) : 1
      heights[index] = unbend(from.y + share * (to.y - from.y))
    })
    last = here
    const drawn = knots.map((_, index) => index).filter((index) => heights[index] !== null)
    mine.data = {x: drawn.map((index) => knots[index]), y: drawn.map((index) => heights[index])}
    if (event === "panend" || event === "tap") {
      finish(heights, heights)
      heights = undefined
    }
  }
  /** Sends a stroke, and tells the page of the prediction that it makes: the server may be away. */
  function finish(stroke, answer) {
    pen.stroke = stroke
    document.dispatchEvent(new CustomEvent("drawn", {detail: answer}))
  }

  for (const event of ["panstart", "pan", "panend", "tap"]) plot.on_event(event, move)
  document_.event_manager.subscribed_models.add(plot) // as Bokeh does where Python asks for an event
}
