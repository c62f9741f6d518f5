// Native controls from a description in data; see controls.py.

const {act, idle, make} = window.scheduleLab

const WATCHDOG = 3000 // ms after which an answer counts as lost
const LONGEST_REST = 250 // ms between two moves of a slider that is held

/** The values a slider can take, least first. */
function grid({scale, low, high, whole, zero}) {
  let values
  if (scale === "log") {
    // Two significant digits everywhere: an arrow key moves 3.0e-4 to 3.1e-4, and every value is worth reading.
    values = zero ? [0] : []
    const least = zero && whole ? 1 : low
    for (let decade = Math.floor(Math.log10(least) + 1e-9); decade <= Math.log10(high); decade++) {
      for (let digits = 10; digits < 100; digits++) values.push(Number(`${digits}e${decade - 1}`))
    }
    values = values.filter((v) => v === 0 || (v >= least * (1 - 1e-12) && v <= high * (1 + 1e-12)))
  } else if (scale === "near_one") {
    values = grid({scale: "log", low: 1e-6, high: 1 - low}).map((v) => Number((1 - v).toPrecision(12))).reverse()
  } else {
    const step = whole ? Math.max(1, nice((high - low) / 200)) : nice((high - low) / 100)
    const count = Math.floor((high - low) / step + 1e-9)
    values = Array.from({length: count + 1}, (_, i) => Number((low + i * step).toPrecision(12)))
  }
  if (whole) values = values.filter(Number.isInteger)
  if (values.length === 0 || values[values.length - 1] < high) values.push(high)
  return values
}

/** The least of 1, 2, 5 times a power of ten that is not below x. */
function nice(x) {
  const power = 10 ** Math.floor(Math.log10(x))
  return [1, 2, 5, 10].map((m) => m * power).find((v) => v >= x * (1 - 1e-9))
}

function nearest(values, value) {
  let low = 0
  let high = values.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle] < value) low = middle + 1
    else high = middle
  }
  return low > 0 && value - values[low - 1] < values[low] - value ? low - 1 : low
}

/** 0.00003 → 3e-5; the notation of the whole page, as a number field accepts it, with every digit. */
function written(value) {
  if (value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e7)) return String(value)
  return value.toExponential().replace("e+", "e")
}

// All groups of controls stand in one line, so that "pin" in one and "reset" in another arrive in the order of the clicks.
const line = (window.scheduleLab.line ??= {busy: false, waiting: [], hasty: false, next: 0, timer: undefined})

/** Whether the server has yet to hear or to answer something. */
window.scheduleLab.unanswered = () => line.busy || line.waiting.length > 0

/** Lets the next group send, unless an answer is awaited. */
function advance() {
  clearTimeout(line.timer)
  if (line.busy || line.waiting.length === 0) return
  const rest = line.hasty ? 0 : line.next - performance.now()
  if (rest > 0) {
    line.timer = setTimeout(advance, rest)
    return
  }
  const group = line.waiting.shift()
  if (line.waiting.length === 0) line.hasty = false
  group.leave()
}

/** Sends changes one batch at a time: the next leaves when the last is answered, with the newest value of each. */
class Outbox {
  constructor(model, onAnswer) {
    this.model = model
    this.onAnswer = onAnswer
    this.pending = {}
    this.sent = {}
    this.flying = 0
    this.seq = 0
    model.on("done", () => window.scheduleLab.stalled?.(false))
    // Once all of the message is taken in: what is shown, and the curve, may stand behind `done` in it.
    model.on("done", () => queueMicrotask(() => this.flying && model.done >= this.flying && this.landed()))
  }
  /** A change that the page shows by itself is in no haste: while it is held, the server rests as long as it worked. */
  put(name, value, hasty = true) {
    this.pending[name] = value
    line.hasty ||= hasty
    if (!line.waiting.includes(this)) line.waiting.push(this)
    advance() // what is ready leaves at once: the server works on the newest values while the browser paints
  }
  /** Whether a newer value of a control is on its way than the page can show. */
  holds(name) {
    return name in this.pending || (this.flying > 0 && name in this.sent)
  }
  /** Whether there is nothing newer than the page shows. */
  get idle() {
    return this.flying === 0 && Object.keys(this.pending).length === 0
  }
  /** The newest value of a control that is not answered yet; undefined, if there is none. */
  newest(name) {
    return this.pending[name] ?? (this.flying > 0 ? this.sent[name] : undefined)
  }
  leave() {
    line.busy = true
    this.flying = ++this.seq
    this.left = performance.now()
    this.sent = this.pending
    this.pending = {}
    this.watchdog = setTimeout(() => {
      window.scheduleLab.stalled?.(true)
      this.landed()
    }, WATCHDOG)
    this.model.sent = {seq: this.flying, changes: this.sent}
  }
  landed() {
    clearTimeout(this.watchdog)
    this.flying = 0
    line.busy = false
    const now = performance.now()
    line.next = now + Math.min(LONGEST_REST, now - this.left)
    this.onAnswer(Object.keys(this.sent))
    advance()
  }
}

const BUILDERS = {slider: buildSlider, playhead: buildPlayhead, choice: buildChoice, switch: buildSwitch, button: buildButton}

function buildSlider(item, outbox, moved) {
  const id = `control-${item.name}`
  const range = make("input", {type: "range", id, min: 0, step: 1, "aria-describedby": `${id}-hint`})
  const exact = make("input", {
    type: "number", step: "any", inputmode: "decimal", autocomplete: "off",
    "aria-label": item.label, "aria-describedby": `${id}-hint`,
  })
  const hint = make("p", {class: "hint", id: `${id}-hint`})
  const label = make("label", {for: id}, ...symbolised(item.label, item.symbol))
  const node = make("div", {class: `control slider tint-${item.tint}`}, make("div", {class: "head"}, label, exact), range, hint)
  let values = []
  let low
  let high
  let current // the value last chosen here or shown by the page
  let text // what the number field was last given, or has sent
  let asked // a number that was typed and is not answered yet
  let refused = false // what was typed could not be taken, and the hint says so until the value changes

  const write = () => (text = exact.value = written(current))
  const typing = () => exact.getRootNode().activeElement === exact && exact.value !== text
  const track = () => range.style.setProperty("--fill", `${(100 * range.value) / Math.max(1, values.length - 1)}%`)
  const choose = (position) => {
    range.value = Math.min(values.length - 1, Math.max(0, position))
    current = values[range.value]
    refused = false
    write()
    const share = item.share ? `, ${Number(((100 * current) / high).toPrecision(3))} percent of the run` : ""
    range.setAttribute("aria-valuetext", [written(current), item.unit].filter(Boolean).join(" ") + share)
    track()
    outbox.put(item.name, current, !moved)
    moved?.()
  }
  const step = (by) => {
    // From an exact value between two positions, the first step goes to the neighbour on that side.
    const at = nearest(values, current)
    const beside = values[at] !== current && values[at] > current === by > 0
    choose(beside ? at + by - Math.sign(by) : at + by)
  }
  const moves = {ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10}
  range.addEventListener("input", () => choose(Number(range.value)))
  range.addEventListener("keydown", (event) => {
    if (!(event.key in moves)) return
    event.preventDefault() // the browser does not know the exact value between two positions
    step(moves[event.key])
  })
  exact.addEventListener("keydown", (event) => {
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault() // the browser's own step would add 1 to a rate of 3e-4
      if (typing() && !Number.isNaN(exact.valueAsNumber)) current = exact.valueAsNumber
      step(moves[event.key])
    }
    if (event.key === "Escape") write()
  })
  exact.addEventListener("change", () => {
    text = exact.value
    const value = exact.valueAsNumber
    if (Number.isNaN(value)) {
      write()
      hint.textContent = `Type a number, such as ${written(current)}.`
      hint.classList.add("warning")
      refused = true
    } else {
      current = asked = value
      refused = false
      range.value = nearest(values, current) // at once: the next key on the slider starts from here
      track()
      outbox.put(item.name, value)
    }
  })
  exact.addEventListener("wheel", () => exact.blur(), {passive: true}) // scrolling the page must not change a value

  return {
    node,
    show(state) {
      if (state.high !== high || state.low !== low) {
        ;({low, high} = state)
        values = grid({...item, low: low ?? item.low, high})
        range.max = values.length - 1
      }
      if (!outbox.holds(item.name)) {
        if (state.value !== current) refused = false
        current = state.value
        if (asked !== undefined && asked !== current) {
          hint.textContent = `${written(asked)} is not possible here: the nearest is ${written(current)}.`
          hint.classList.add("warning")
          refused = true
        }
        asked = undefined
        range.value = nearest(values, current)
        if (!typing()) write() // an answer to an earlier change must not undo what is being typed
        range.setAttribute("aria-valuetext", state.text)
      }
      track()
      node.hidden = state.hidden
      range.disabled = exact.disabled = state.disabled
      node.classList.toggle("off", state.disabled)
      if (!refused) {
        hint.textContent = state.note
        hint.classList.remove("warning")
      }
    },
  }
}

const FRAME = 60 // ms between two steps of a playing run
const REST = 1200 // ms between two jumps, for those who asked for less motion
const FRAMES = 150 // pictures of a long run

/** A slider over the run's steps; playing moves it, one step as soon as the page has drawn the last. */
function buildPlayhead(item, outbox) {
  const id = `control-${item.name}`
  const range = make("input", {type: "range", id, min: 0, step: 1, "aria-describedby": `${id}-hint`})
  const hint = make("p", {class: "hint", id: `${id}-hint`})
  const button = (text, name, key) =>
    make("button", {type: "button", "aria-label": name, title: key ? `${name} (key ${key} while here)` : name}, text)
  const previous = button("|◀", "Previous event", "[")
  const back = button("−1", "One update back")
  const play = button("▶", "Play")
  const forward = button("+1", "One update on")
  const next = button("▶|", "Next event", "]")
  const buttons = make("div", {class: "buttons"}, previous, back, play, forward, next)
  const node = make(
    "div", {class: "control playhead"},
    buttons, make("label", {for: id}, item.label), range, hint,
  )
  const calm = matchMedia("(prefers-reduced-motion: reduce)")
  let high = 1
  let current = 0
  let moments = []
  let timer

  const track = () => range.style.setProperty("--fill", `${(100 * range.value) / Math.max(1, high)}%`)
  const go = (step) => {
    current = Math.min(high, Math.max(0, step))
    range.value = current
    track()
    outbox.put(item.name, current)
  }
  const after = () => moments.find((step) => step > current) ?? high
  const before = () => moments.findLast((step) => step < current) ?? 0
  const stop = () => {
    clearTimeout(timer)
    timer = undefined
    play.textContent = "▶"
    play.setAttribute("aria-label", (play.title = "Play"))
  }
  const tick = () => {
    if (!outbox.holds(item.name)) go(calm.matches ? after() : current + Math.max(1, Math.round(high / FRAMES)))
    if (current >= high) stop()
    else timer = setTimeout(tick, calm.matches ? REST : FRAME)
  }
  play.addEventListener("click", () => {
    if (timer) return stop()
    if (current >= high) go(0)
    play.textContent = "▮▮" // a glyph that most fonts have
    play.setAttribute("aria-label", (play.title = "Pause"))
    timer = setTimeout(tick, FRAME)
  })
  let pressed = false // a button says nothing of where it leads; a slider does by itself
  const by = (move) => (event) => {
    pressed = event?.type === "click"
    stop()
    go(move())
  }
  previous.addEventListener("click", by(before))
  next.addEventListener("click", by(after))
  back.addEventListener("click", by(() => current - 1))
  forward.addEventListener("click", by(() => current + 1))
  range.addEventListener("input", by(() => Number(range.value)))
  node.addEventListener("keydown", (event) => {
    const move = {"[": before, "]": after}[event.key]
    if (!move) return
    event.preventDefault()
    by(move)()
  })
  return {
    node,
    show(state) {
      high = state.high
      moments = state.moments
      range.max = high
      if (!outbox.holds(item.name)) range.value = current = state.value
      range.setAttribute("aria-valuetext", state.text)
      hint.textContent = state.text
      track()
      if (pressed && !outbox.holds(item.name)) {
        pressed = false
        window.scheduleLab.say?.(`${state.text}.`)
      }
    },
    /** Play or pause, or move by so many pictures of a playing run. */
    command(what) {
      if (what === "play" || (what === "pause" && timer)) play.click()
      else if (typeof what === "number") by(() => current + what * Math.max(1, Math.round(high / FRAMES)))()
    },
  }
}

/** The label with its symbol set apart: "Peak rate eta_max" keeps its words, and eta_max looks like the code it is. */
function symbolised(label, name) {
  if (!label.endsWith(` ${name}`)) return [label]
  return [label.slice(0, -name.length), make("code", {}, name)]
}

function buildChoice(item, outbox) {
  const id = `control-${item.name}`
  const select = make("select", {id, "aria-describedby": `${id}-hint`})
  if (item.prompt) select.append(make("option", {value: ""}, item.prompt))
  for (const [value, text] of item.options) select.append(make("option", {value}, text))
  const hint = make("p", {class: "hint", id: `${id}-hint`})
  const node = make("div", {class: "control choice"}, make("label", {for: id}, item.label), select, hint)
  select.addEventListener("change", () => {
    if (select.value) outbox.put(item.name, select.value)
    if (item.prompt) select.value = ""
  })
  return {
    node,
    show(state) {
      if (!item.prompt && !outbox.holds(item.name)) select.value = state.value
      node.hidden = Boolean(state.hidden)
      select.disabled = state.disabled
      hint.textContent = state.note
    },
  }
}

function buildSwitch(item, outbox) {
  const node = make("fieldset", {class: "control switch"}, make("legend", {}, item.label))
  const inputs = item.options.map(([value, text]) => {
    const input = make("input", {type: "radio", name: item.name, value})
    node.append(make("label", {}, input, make("span", {}, text)))
    input.addEventListener("change", () => outbox.put(item.name, value))
    return input
  })
  return {
    node,
    show(state) {
      node.hidden = Boolean(state.hidden)
      if (!outbox.holds(item.name)) for (const input of inputs) input.checked = input.value === state.value
    },
  }
}

const ACTS = {
  async copy_link(button) {
    const label = button.textContent
    window.scheduleLab.writeAddress() // the last change may not have come to the address yet
    try {
      await navigator.clipboard.writeText(location.href)
      button.textContent = "Link copied"
      window.scheduleLab.say?.("Link copied.")
    } catch {
      window.prompt("Copy this link:", location.href)
    }
    setTimeout(() => (button.textContent = label), 1500)
  },
}

function buildButton(item, outbox) {
  const button = act(item.label, () => (item.act ? ACTS[item.act](button) : outbox.put(item.name, true)))
  return {
    node: button,
    show(state) {
      idle(button, state.disabled)
      button.hidden = Boolean(state.hidden)
      button.title = state.note || (item.hint ?? "")
    },
  }
}

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  const controls = {}
  const states = {}
  // What was sent is shown again as the page took it: a number beyond the end goes back to the end.
  const outbox = new Outbox(model, (names) => {
    for (const name of names) if (name in states) controls[name].show(states[name])
    if (moved && outbox.idle) window.scheduleLab.preview.settle()
  })
  // A slider of the curve moves it here at once: by the newest values, and those that its family has of its own.
  const drawAhead = () => {
    const newest = (name) => outbox.newest(name) ?? states[name].value
    const family = newest("family")
    const own = Object.keys(states).filter((name) => !name.includes(".") || name.startsWith(`${family}.`))
    window.scheduleLab.preview.draw(family, Object.fromEntries(own.map((name) => [name.split(".").at(-1), newest(name)])))
  }
  const moved = model.items.some((item) => item.name === "family") ? drawAhead : undefined
  const group = make("div", {role: "group", "aria-label": model.title, class: "controls"})
  group.classList.toggle("bar", !model.items.some((item) => ["slider", "playhead"].includes(item.kind)))
  for (const item of model.items) {
    controls[item.name] = BUILDERS[item.kind](item, outbox, moved)
    group.append(controls[item.name].node)
  }
  const show = () => {
    const held = el.getRootNode().activeElement
    Object.assign(states, model.shown)
    for (const [name, state] of Object.entries(model.shown)) controls[name].show(state)
    if (held?.hidden && !held.checkVisibility()) handOn(held)
  }
  // A button that is gone once it is pressed has begun something: the keyboard goes on with that, and so does the view.
  const handOn = (button) => {
    const inputs = [...group.querySelectorAll("input, select, button")]
    const next = inputs.filter((input) => input.checkVisibility() && !input.disabled && (input.type !== "radio" || input.checked))
      .find((input) => button.compareDocumentPosition(input) & Node.DOCUMENT_POSITION_FOLLOWING)
    next?.focus({preventScroll: true})
    el.getRootNode().host.closest("section")?.scrollIntoView({block: "start"})
  }
  model.on("shown", show)
  show()
  const played = Object.values(controls).find((control) => control.command)
  const command = ({detail}) => played.command(detail)
  if (played) document.addEventListener("playhead", command)
  // In presenter mode the same controls are a bar; styles within a shadow root know of it by a class.
  const page = document.documentElement
  const follow = () => group.classList.toggle("presenting", "presenter" in page.dataset)
  const watch = new MutationObserver(follow)
  watch.observe(page, {attributeFilter: ["data-presenter"]})
  follow()
  model.on("remove", () => {
    watch.disconnect()
    document.removeEventListener("playhead", command)
  })
  el.replaceChildren(group)
}
