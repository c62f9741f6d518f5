// Put into each page before its own scripts: tells when a curve that has changed stands on the screen.
window.probe = {
  pictures: [], // of a changed curve: {painted, presented} [ms], on the clock of event.timeStamp
  others: ["loss", "path"], // figures that follow the curve, where a page has them
  moves: [], // trusted events that move a slider [ms]
  missing: new Set(), // figures whose picture of the last move is not there yet
  waiting: null,

  /** The views of all figures. */
  views() {
    const found = []
    const walk = (view) => {
      if (view?.model?.renderers) found.push(view)
      for (const child of view?.child_views ?? []) walk(child)
    }
    const index = window.Bokeh?.index
    for (const root of Object.values(index?.roots ?? index ?? {})) walk(root)
    return found
  },
  /** The view of the figure whose source is named schedule_data, or undefined. */
  view() {
    return this.views().find((view) => this.source(view))
  },
  source(view, name = "schedule_data") {
    return view.model.renderers.map((renderer) => renderer.data_source).find((source) => source?.name === name)
  },
  data(view = this.view()) {
    const source = this.source(view)
    const column = (name) => Array.from(source.data.get?.(name) ?? source.data[name])
    return {step: column("step"), lr: column("lr")}
  },
  /** What a figure is called here; undefined, if it is not watched. */
  name(view) {
    return this.source(view) ? "schedule" : this.others.find((name) => view.model.name === name)
  },
  /**
   * What changes whenever a curve does: its length and its first highest rate, which a warmup moves with each step, but
   * not the choice of points, so that a curve drawn twice counts once. Of another figure, where its first line goes.
   */
  signature(view) {
    if (this.source(view)) {
      const {step, lr} = this.data(view)
      const highest = lr.reduce((best, rate, at) => (rate > lr[best] ? at : best), 0)
      return `${step.at(-1)} ${step[highest]} ${lr[highest]?.toPrecision(6)}`
    }
    const source = this.source(view, `${view.model.name}_data`)
    let sum = 0
    for (const name of ["loss", "x", "y"]) {
      const column = source.data.get?.(name) ?? source.data[name] ?? []
      sum += column.length
      for (let i = 0; i < column.length; i++) sum += column[i] * (1 + (i % 97))
    }
    return sum
  },

  /** From now on, notes each repaint that shows another curve, of these figures and of any that replaces one. */
  watch() {
    const last = {}
    for (const view of this.views()) if (this.name(view)) last[this.name(view)] = this.signature(view)
    this.watched = Object.keys(last)
    let owner = this.view()
    while (!Object.hasOwn(owner, "_actual_paint")) owner = Object.getPrototypeOf(owner)
    const paint = owner._actual_paint
    const probe = this
    owner._actual_paint = function (...parts) {
      paint.apply(this, parts)
      const name = probe.name(this)
      if (!name) return
      const signature = probe.signature(this)
      if (signature === last[name]) return
      last[name] = signature
      const picture = {}
      // A paint runs in a frame's callback; a message posted from it is read when the frame has been handed over.
      afterwards(() => (picture.painted = performance.now()))
      requestAnimationFrame(() =>
        afterwards(() => {
          picture.presented = performance.now()
          probe.missing.delete(name)
          if (name === "schedule") {
            probe.pictures.push(picture)
            probe.waiting?.(picture)
            probe.waiting = null
          }
          if (probe.missing.size === 0) probe.finished?.(picture)
        }),
      )
    }
    for (const type of ["keydown", "pointermove"]) {
      addEventListener(type, (event) => event.isTrusted && this.moves.push(event.timeStamp), {capture: true})
    }
  },

  /** Forgets what it saw and gets ready for one move; `landed` then waits for its picture, `settled` for all of them. */
  arm() {
    this.pictures = []
    this.moves = []
    this.missing = new Set(this.watched)
    this.picture = new Promise((resolve) => (this.waiting = resolve))
    this.everything = new Promise((resolve) => (this.finished = resolve))
  },
  async landed() {
    return this.since(await this.picture)
  },
  async settled() {
    return this.since(await this.everything)
  },
  since(picture) {
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
  const documents = window.Bokeh?.documents ?? []
  // A document without roots counts as idle, too.
  const idle = documents.length > 0 && documents.every((each) => each.roots().length > 0 && each.is_idle)
  if (!idle) return requestAnimationFrame(watchLoad)
  const view = window.probe.view()
  const empty = view && window.probe.data(view).lr.length === 0
  if (empty) return requestAnimationFrame(watchLoad)
  requestAnimationFrame(() => afterwards(() => (window.probe.usable = performance.now())))
}
requestAnimationFrame(watchLoad)
