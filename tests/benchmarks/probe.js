// Put into each page before its own scripts: tells when a curve that has changed stands on the screen.
window.probe = {
  pictures: [], // of a changed curve: {painted, presented} [ms], on the clock of event.timeStamp
  moves: [], // trusted events that move a slider [ms]
  waiting: null,

  /** The view of the figure whose source is named schedule_data, or null. */
  view() {
    const walk = (view) => {
      if (view?.model?.renderers && this.source(view)) return view
      for (const child of view?.child_views ?? []) {
        const found = walk(child)
        if (found) return found
      }
      return null
    }
    const index = window.Bokeh?.index
    for (const root of Object.values(index?.roots ?? index ?? {})) {
      const found = walk(root)
      if (found) return found
    }
    return null
  },
  source(view) {
    return view.model.renderers.map((renderer) => renderer.data_source).find((source) => source?.name === "schedule_data")
  },
  data(view = this.view()) {
    const source = this.source(view)
    const column = (name) => Array.from(source.data.get?.(name) ?? source.data[name])
    return {step: column("step"), lr: column("lr")}
  },
  /** A number that changes whenever a rate does. */
  signature(view) {
    const source = this.source(view)
    const lr = source.data.get?.("lr") ?? source.data.lr
    let sum = lr.length
    for (let i = 0; i < lr.length; i++) sum += lr[i] * (1 + (i % 97))
    return sum
  },

  /** From now on, notes each repaint that shows another curve, of this figure and of any that replaces it. */
  watch() {
    const view = this.view()
    let owner = view
    while (!Object.hasOwn(owner, "_actual_paint")) owner = Object.getPrototypeOf(owner)
    const paint = owner._actual_paint
    const probe = this
    let last = this.signature(view)
    owner._actual_paint = function (...parts) {
      paint.apply(this, parts)
      if (!probe.source(this)) return
      const signature = probe.signature(this)
      if (signature === last) return
      last = signature
      const picture = {}
      // A paint runs in a frame's callback; a message posted from it is read when the frame has been handed over.
      afterwards(() => (picture.painted = performance.now()))
      requestAnimationFrame(() =>
        afterwards(() => {
          picture.presented = performance.now()
          probe.pictures.push(picture)
          probe.waiting?.(picture)
          probe.waiting = null
        }),
      )
    }
    for (const type of ["keydown", "pointermove"]) {
      addEventListener(type, (event) => event.isTrusted && this.moves.push(event.timeStamp), {capture: true})
    }
  },

  /** Forgets what it saw and gets ready for one move; `landed` then waits for its picture. */
  arm() {
    this.pictures = []
    this.moves = []
    this.picture = new Promise((resolve) => (this.waiting = resolve))
  },
  async landed() {
    const picture = await this.picture
    return {painted: picture.painted - this.moves[0], presented: picture.presented - this.moves[0]}
  },
}

function afterwards(act) {
  const channel = new MessageChannel()
  channel.port1.onmessage = act
  channel.port2.postMessage(0)
}

/** Notes when the page could first be used: all of its documents idle, and its curve, if it is to have one, drawn. */
function watchLoad() {
  const idle = window.Bokeh?.documents?.length > 0 && window.Bokeh.documents.every((each) => each.is_idle)
  if (!idle) return requestAnimationFrame(watchLoad)
  const view = window.probe.view()
  const empty = view && window.probe.data(view).lr.length === 0
  if (empty) return requestAnimationFrame(watchLoad)
  requestAnimationFrame(() => afterwards(() => (window.probe.usable = performance.now())))
}
requestAnimationFrame(watchLoad)
