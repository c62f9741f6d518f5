// The address bar, the colours of the plots, and the connection; see address.py.

const QUIET = 250 // ms without a change before the address is written
const SETTLED = 200 // ms in which a pointer's last act is kept

/** A length in rem as a number of pixels, or as a font size; anything else as it is. */
function inPixels(look, rem, attribute) {
  if (!look.endsWith("rem")) return look
  const pixels = parseFloat(look) * rem
  return attribute.endsWith("font_size") ? `${pixels}px` : pixels
}

/**
 * Colours in plots, and widths and sizes that presenter mode changes, are named in the tags of their models
 * ("line_color=--live", "line_width=--fine") and looked up in the page's CSS; lengths there are in rem.
 */
function colour() {
  const css = getComputedStyle(document.documentElement)
  const rem = parseFloat(css.fontSize)
  for (const model of window.Bokeh.documents.flatMap((doc) => [...doc._all_models.values()])) {
    for (const tag of model.tags ?? []) {
      const [attribute, name] = String(tag).split("=")
      const look = name?.startsWith("--") && css.getPropertyValue(name).trim()
      const wanted = look && inPixels(look, rem, attribute)
      // Not sent to the server: the look is this browser's own matter. To Bokeh the same value is a change too.
      if (look && model[attribute]?.value !== wanted) model.setv({[attribute]: wanted}, {sync: false})
    }
  }
}

/** Axes and grids read their colours from the page's CSS when they are drawn, so they are drawn again. */
function paint() {
  colour()
  for (const view of Object.values(window.Bokeh.index.roots ?? window.Bokeh.index)) repaint(view)
}

function repaint(view) {
  view?.request_repaint?.()
  for (const child of view?.child_views ?? []) repaint(child)
}

function followTheme(model) {
  const repaintSoon = () => requestAnimationFrame(paint)
  const watch = new MutationObserver(repaintSoon)
  watch.observe(document.documentElement, {attributeFilter: ["data-theme", "data-presenter"]})
  model.on("remove", () => watch.disconnect())
  requestAnimationFrame(colour) // nothing is on the page yet that would have to be drawn again
  return repaintSoon
}

function followConnection(document_) {
  const banner = document.getElementById("connection")
  let lost = false
  const say = (text) => {
    banner.hidden = !text
    banner.textContent = text
  }
  /** Tells that an answer is long in coming, or that it has come. */
  window.scheduleLab.stalled = (is) => {
    if (!lost && is === banner.hidden) say(is ? "The server does not answer yet. What you do here goes on when it does." : "")
  }
  const away = () => window.scheduleLab.stalled(true)
  const back = () => window.scheduleLab.stalled(false)
  addEventListener("offline", away)
  addEventListener("online", back)
  let pressed = false // a stroke or a drag is not torn off
  addEventListener("pointerdown", () => (pressed = true), {capture: true})
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (pressed = false), {capture: true})
  const reload = () => (pressed ? setTimeout(reload, SETTLED) : location.reload())
  document_.on_event("connection_lost", () => {
    lost = true
    say("The connection is lost. The page comes back, in this state, as soon as the server answers.")
    const retry = async () => {
      try {
        // Whatever a server says here, 404 too, it is there; asking for the page would have it built twice.
        const {status} = await fetch("liveness", {cache: "no-store"})
        if (status < 500 && status !== 429) return reload()
      } catch {
        // still away
      }
      setTimeout(retry, 1000 + 1000 * Math.random()) // not a whole class in the same moment
    }
    retry()
  })
}

/** The plot's surface takes the focus, but no key does anything there; the table says what it shows. */
function skipSurfaces(root) {
  for (const node of root.querySelectorAll("*")) {
    if (node.classList.contains("bk-events")) node.tabIndex = -1
    if (node.shadowRoot) skipSurfaces(node.shadowRoot)
  }
}

const DRAWN = 300 // ms after which what came to the page later stands there

/** A plot that comes later (see late.py) gets its colours at once, the canvas its pen, and neither a stop for the Tab key. */
function followParts(document_) {
  const arrived = (event) => {
    if (event.attr !== "children") return
    colour()
    window.scheduleLab.holdPen(document_)
    setTimeout(() => skipSurfaces(document.body), DRAWN)
  }
  document_.on_change(arrived)
}

export function render({model, view}) {
  let timer
  let here = location.search // as the page wrote it last, or went to it
  const write = () => {
    history.replaceState(null, "", model.query ? `?${model.query}` : location.pathname)
    here = location.search
  }
  model.on("query", () => {
    clearTimeout(timer)
    timer = setTimeout(write, QUIET)
  })
  let visits = 0
  const visit = () => {
    if (location.search === here) return // a link within the page
    here = location.search
    clearTimeout(timer)
    model.visited = {query: location.search, seq: ++visits}
  }
  addEventListener("popstate", visit)
  addEventListener("pagehide", write)
  window.scheduleLab.writeAddress = write // a link is copied whole, even within the quiet time
  /** What is here now becomes a place of its own in the browser's history, so that going back leads to it. */
  window.scheduleLab.leavePlace = (query = location.search) => {
    write()
    history.pushState(null, "", query || location.pathname)
    here = undefined // whatever comes next is another place
  }
  model.on("remove", () => {
    removeEventListener("popstate", visit)
    removeEventListener("pagehide", write)
  })
  const repaintSoon = followTheme(model)
  const measure = () => {
    const rem = window.scheduleLab.measureType()
    if (rem === model.rem) return
    model.rem = rem
    repaintSoon()
  }
  addEventListener("resize", measure)
  model.on("remove", () => removeEventListener("resize", measure))
  measure()
  requestAnimationFrame(() => skipSurfaces(document.body))
  followConnection(view.model.document)
  followParts(view.model.document)
}
