// Tabs, lesson options, the link with its QR code, presenter mode and its keys; see frame.py.

const {make} = window.scheduleLab
const SCENES = {PageDown: 1, PageUp: -1}
const ARROWS = {ArrowRight: 1, ArrowLeft: -1}
const UNDER = ["lesson", "code", "sources", "notes"] // tabs that are read rather than worked with beside the stage
const FIELDS = "input:not([type=range], [type=radio], [type=checkbox]), select, textarea"
const KEYS = [
  ["p", "Presenter mode, on and off"],
  ["Page Down, Page Up", "Next scene, previous scene"],
  ["Space", "Play or pause the playhead"],
  ["← →", "Playhead back and on"],
  ["r", "Reveal the answer; asks first"],
  ["b or .", "Blank the screen; any key brings it back"],
  ["q", "The link as a QR code"],
  ["f", "Full screen, on and off"],
  ["?", "This list"],
  ["Esc", "Leave what is open, then presenter mode"],
]

function press(text, act, attributes = {}) {
  const button = make("button", {type: "button", ...attributes}, text)
  button.addEventListener("click", () => act(button))
  return button
}

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, {detail}))

/** What has the focus, in whichever shadow root it is. */
function focused() {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  return node
}

/** A dialog with a title, closed by Escape and by its button; `closed` is called in either case. */
function dialog(kind, title, closed = () => {}) {
  const heading = make("h2", {id: `${kind}-title`}, title)
  const close = press("Close", () => node.close(), {class: "close"})
  const node = make("dialog", {class: kind, "aria-labelledby": heading.id}, make("div", {class: "bar-of-title"}, heading, close))
  node.addEventListener("close", closed)
  return node
}

/** A choice that this browser keeps, as long as it may. */
const keysOn = {
  get value() {
    try {
      return localStorage.getItem("keys") !== "off"
    } catch {
      return this.here ?? true
    }
  },
  set value(on) {
    this.here = on
    try {
      localStorage.setItem("keys", on ? "on" : "off")
    } catch {
      // a private window keeps nothing: it holds as long as the page
    }
  },
}

async function copy(field, status) {
  try {
    await navigator.clipboard.writeText(field.value)
    status.textContent = "Link copied."
  } catch {
    field.select()
    status.textContent = "Selected: copy it with your keyboard."
  }
}

/** The parts of the page as boxes to tick: a ticked one is shown. */
function partsView(groups, hide) {
  const boxes = new Map()
  const node = make("div", {class: "parts"}, ...groups.map(([title, parts]) => {
    const field = make("fieldset", {}, make("legend", {}, title))
    for (const [key, text] of parts) {
      const box = make("input", {type: "checkbox"})
      box.addEventListener("change", () => hide([...boxes].filter(([, each]) => !each.checked).map(([name]) => name)))
      boxes.set(key, box)
      field.append(make("label", {class: "tick"}, box, make("span", {}, text)))
    }
    return field
  }))
  return {
    node,
    show({hidden, exercise}) {
      for (const [key, box] of boxes) box.checked = !hidden.includes(key)
      const practice = boxes.get("practice")
      practice.disabled = exercise !== "" // an open exercise needs its tab
      practice.parentElement.title = exercise ? "The exercise needs it" : ""
    },
  }
}

/** The picture is fitted in whole pixels for each module, so that no line runs between two of them. */
function fit(image, handed, space) {
  image.src = handed.picture
  const unit = Math.max(1, Math.floor((space * devicePixelRatio) / handed.modules))
  image.style.width = `${(unit * handed.modules) / devicePixelRatio}px`
}

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  const page = document.documentElement
  const presenting = () => "presenter" in page.dataset
  // The server may see only the last of two messages that come close together: each holds all that is not answered yet.
  let seq = 0
  let acts = []
  const send = (act, value) => {
    acts = [...acts.filter(([name]) => name !== act), [act, value]]
    model.sent = {seq: ++seq, acts}
  }

  // Tabs. A click changes them at once; arrow keys move between them, as readers of the page expect.

  const tabs = [...document.querySelectorAll(".tabs [role=tab]")]
  const choose = (name) => {
    const before = page.dataset.companion
    page.dataset.companion = name
    for (const tab of tabs) {
      const chosen = tab.id === `tab-${name}`
      tab.setAttribute("aria-selected", chosen)
      tab.tabIndex = chosen ? 0 : -1
    }
    if (name !== before) tell("companion", name) // what costs something waits for its tab
  }
  window.scheduleLab.companion = (name) => {
    choose(name)
    if (name !== model.shown.tab || seq > model.done) send("tab", name)
  }
  /** On a narrow screen the open tab's panel stands under the stage: what changes nothing in view would seem broken. */
  const look = () => {
    if (window.scheduleLab.narrow()) document.getElementById(`companion-${page.dataset.companion}`).scrollIntoView()
  }
  for (const tab of tabs) {
    tab.addEventListener("click", () => {
      window.scheduleLab.companion(tab.id.slice(4))
      look()
    })
    tab.addEventListener("keydown", (event) => {
      if (!(event.key in ARROWS)) return
      event.preventDefault()
      const there = tabs.filter((each) => each.checkVisibility())
      const next = there.at((there.indexOf(tab) + ARROWS[event.key]) % there.length)
      next.click()
      next.focus()
    })
  }

  // The panel beside the stage scrolls by itself, and so must know how much of the window is above it.
  const above = document.querySelector(".top")
  const measure = new ResizeObserver(() => page.style.setProperty("--above", `${above.offsetHeight}px`))
  measure.observe(above)
  model.on("remove", () => measure.disconnect())

  // Presenter mode.

  const setPresenter = (on) => {
    if (on === presenting()) return
    page.toggleAttribute("data-presenter", on)
    dispatchEvent(new Event("resize")) // another size of type: plots fit their labels and marks to it
  }
  const present = (on) => {
    setPresenter(on)
    send("present", on)
    if (on) bar.focus({preventScroll: true})
    else {
      if (document.fullscreenElement) document.exitFullscreen().catch(() => {})
      document.getElementById("present").focus({preventScroll: true})
    }
  }
  const fill = () => {
    const change = document.fullscreenElement ? document.exitFullscreen() : page.requestFullscreen()
    change.catch(() => {}) // a browser may refuse
  }
  const scene = (by) => tell("scene", by)

  const blank = make("dialog", {class: "blank", "aria-label": "The screen is blank; any key brings it back"})
  blank.addEventListener("click", () => blank.close())
  const sure = dialog("sure", "Reveal the answer?")
  const reveal = () => {
    sure.close()
    tell("reveal")
  }
  sure.querySelector(".close").replaceWith(
    press("Reveal", reveal, {class: "main"}),
    press("Not yet", () => sure.close()),
  )
  sure.append(make("p", {class: "hint"}, "Press r again, or Escape."))

  const keys = dialog("keys", "Keys")
  const on = make("input", {type: "checkbox"})
  on.addEventListener("change", () => (keysOn.value = on.checked))
  const list = make("dl", {}, ...KEYS.flatMap(([key, text]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, text)]))
  keys.append(
    list,
    make("p", {class: "hint"}, "p and ? work always, the others in presenter mode, and none while you type. A clicker's keys are Page Down and Page Up."),
    make("label", {class: "tick"}, on, make("span", {}, "Keys are on")),
  )
  const openKeys = () => {
    on.checked = keysOn.value
    if (!keys.open) keys.showModal()
  }

  const second = make("fieldset", {class: "switch second"}, make("legend", {class: "unseen"}, "Second plot"))
  const plots = ["loss", "path"].map((name) => {
    const input = make("input", {type: "radio", name: "second", value: name})
    input.addEventListener("change", () => {
      page.dataset.below = name
      send("below", name)
    })
    second.append(make("label", {}, input, make("span", {}, name === "loss" ? "Loss" : "Path")))
    return input
  })
  const bar = make(
    "div", {class: "presenter-bar", role: "group", "aria-label": "Presenter", tabindex: -1},
    second,
    make("div", {class: "buttons"},
      press("◀", () => scene(-1), {"aria-label": "Previous scene", title: "Previous scene (Page Up)"}),
      make("span", {"aria-hidden": "true"}, "Scene"),
      press("▶", () => scene(1), {"aria-label": "Next scene", title: "Next scene (Page Down)"})),
    press("QR", () => openPoster(), {"aria-label": "QR code of the link", title: "The link as a QR code (q)"}),
    press("Blank", () => blank.showModal(), {title: "Blank the screen (b)"}),
    press("?", openKeys, {"aria-label": "Keys ?", title: "List of keys (?)"}),
    press("Leave", () => present(false), {title: "Leave presenter mode (Esc)"}),
  )

  // The link, and what it shows.

  const closed = () => {
    if (!panel.open && !poster.open) send("panel", "")
  }
  const open = (which) => {
    tell("playhead", "pause") // the link would change with each step
    send("panel", location.origin + location.pathname)
    if (!which.open) which.showModal()
    hand() // what there is fits the room that there is now
  }
  const poster = dialog("poster", "Schedule Lab", closed)
  const large = make("img", {alt: "QR code of the link to this page as it is now"})
  const typed = make("p", {class: "typed"})
  const tooLong = () => make("p", {class: "hint warning"}, "The link is too long for a QR code. Unpin a curve or two.")
  const posterTooLong = tooLong()
  const openPoster = () => open(poster)

  const panel = dialog("options", "Lesson options", closed)
  const small = make("img", {alt: "QR code of this link"})
  const field = make("textarea", {readonly: "", rows: 4, id: "link", spellcheck: "false"})
  const length = make("p", {class: "hint"})
  const status = make("p", {class: "hint", role: "status"})
  const panelTooLong = tooLong()
  const showLarge = press("Show large", openPoster)
  const presenter = make("input", {type: "checkbox"})
  presenter.addEventListener("change", () => {
    setPresenter(presenter.checked)
    send("present", presenter.checked)
  })
  const exercise = make("select", {id: "link-exercise"}, make("option", {value: ""}, "None"))
  const seed = make("input", {type: "number", id: "link-seed", min: 0, step: 1})
  const setExercise = () => {
    const value = seed.valueAsNumber
    const whole = Number.isInteger(value) && value >= 0 && value <= Number(seed.max)
    send("exercise", {exercise: exercise.value, seed: whole ? value : model.shown.seed})
  }
  exercise.addEventListener("change", setExercise)
  seed.addEventListener("change", setExercise)
  let parts
  const build = () => {
    if (parts || !model.options.groups) return
    const {groups, exercises, largest_seed} = model.options
    parts = partsView(groups, (hidden) => send("hidden", hidden))
    exercise.append(...exercises.map(([value, text]) => make("option", {value}, text)))
    seed.max = largest_seed
    poster.append(large, posterTooLong, typed)
    panel.append(make("div", {class: "columns"},
      make("section", {"aria-label": "What the page shows"},
        make("p", {class: "hint"}, "What is ticked is on the page, here and by the link. What is hidden keeps its value."),
        press("Show everything", () => send("hidden", [])),
        parts.node),
      make("section", {"aria-label": "The link"},
        make("div", {class: "qr"}, small, panelTooLong),
        make("div", {class: "bar-of-buttons"}, press("Copy link", () => copy(field, status)), showLarge),
        status,
        make("label", {for: "link"}, "Link to this page as it is now"), field, length,
        make("label", {class: "tick"}, presenter, make("span", {}, "Presenter mode")),
        make("label", {for: "link-exercise"}, "Exercise"), exercise,
        make("div", {class: "pair"}, make("label", {for: "link-seed"}, "Seed of its numbers"), seed),
        make("div", {class: "bar-of-buttons"}, press("List of keys", openKeys)))))
    show()
  }

  const show = () => {
    if (seq > model.done) return // what was done since is newer
    acts = []
    const now = model.shown
    choose(now.tab)
    page.dataset.hidden = now.marks.join(" ")
    page.dataset.below = now.below
    page.toggleAttribute("data-exercise", now.exercise !== "")
    setPresenter(now.present)
    for (const input of plots) input.checked = input.value === now.below
    second.hidden = now.hidden.includes("loss") || now.hidden.includes("path")
    parts?.show(now)
    presenter.checked = now.present
    exercise.value = now.exercise
    if (focused() !== seed) seed.value = now.seed
    seed.disabled = now.exercise === ""
  }
  const hand = () => {
    const {handed} = model
    if (!handed.text) return
    const fits = handed.picture !== ""
    typed.textContent = handed.brief.replace(/^https?:\/\//, "")
    for (const image of [large, small]) image.hidden = !fits
    showLarge.disabled = !fits
    for (const line of [posterTooLong, panelTooLong]) line.hidden = fits
    if (fits) {
      const rem = parseFloat(getComputedStyle(page).fontSize)
      fit(small, handed, 11 * rem)
      fit(large, handed, Math.min(innerWidth * 0.94, innerHeight - 2.5 * rem - typed.offsetHeight))
    }
    if (field.value !== handed.text) {
      field.value = handed.text
      status.textContent = ""
    }
    length.textContent = `${handed.text.length} characters`
  }
  model.on("shown", show)
  model.on("done", show)
  model.on("options", build)
  model.on("handed", hand)
  const buttons = {share: () => open(panel), present: () => present(true)}
  for (const [id, act] of Object.entries(buttons)) document.getElementById(id).addEventListener("click", act)

  const dialogs = [panel, poster, keys, sure, blank]

  // Keys. What is typed into a field, and what a slider or a button does with a key, is left to it.

  const ways = {
    " ": () => tell("playhead", "play"),
    r: () => ["scene", "held"].some((asks) => asks in page.dataset) && sure.showModal(),
    b: () => blank.showModal(),
    ".": () => blank.showModal(),
    q: openPoster,
    f: fill,
  }
  // In class the pointer moves a slider and the clicker the scenes: what a pointer was on last has none of the keys.
  let pointed
  const onKey = (event) => {
    if (event.isComposing || event.keyCode === 229) return
    const stop = () => {
      event.preventDefault()
      event.stopPropagation()
    }
    if (blank.open) {
      stop()
      return blank.close()
    }
    const path = event.composedPath()
    const [target] = path
    const on = (selector) => target instanceof Element && target.matches(selector)
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const {key} = event
    if (sure.open && key === "r" && !event.repeat && keysOn.value) {
      stop()
      return reveal()
    }
    if ([...dialogs, ...path].some((node) => node.localName === "dialog" && node.open)) return // it has its own Escape
    if (on(FIELDS) || target.isContentEditable) {
      if (key === "Escape" && presenting()) setTimeout(() => target.blur()) // out of the field first
      return
    }
    if (key === "Escape") return presenting() && present(false)
    if (key === "Tab") pointed = undefined
    if (!keysOn.value || (event.shiftKey && key !== "?")) return
    const has = (selector) => on(selector) && target !== pointed
    const once = {"?": openKeys, p: () => present(!presenting()), ...(presenting() ? ways : {})}
    if (key in once) {
      if (event.repeat || (key === " " && has("button, a, summary, input"))) return
      stop()
      once[key]()
    } else if (presenting() && !has("input, [role=tab]")) {
      if (key in SCENES) scene(SCENES[key])
      else if (key in ARROWS && !("held" in page.dataset)) tell("playhead", ARROWS[key])
      else return
      stop()
    }
  }
  const onPointer = (event) => {
    const used = event.composedPath()[0]
    pointed = used instanceof Element ? used.closest("button, input") ?? used.closest("label")?.control : undefined
  }
  addEventListener("keydown", onKey, {capture: true})
  addEventListener("pointerdown", onPointer, {capture: true})
  model.on("remove", () => {
    removeEventListener("keydown", onKey, {capture: true})
    removeEventListener("pointerdown", onPointer, {capture: true})
  })
  show()
  el.replaceChildren(bar, ...dialogs)
  if (UNDER.includes(page.dataset.companion) && !presenting() && scrollY === 0) look() // at what a link has opened
  if (window.scheduleLab.early) window.scheduleLab.companion(window.scheduleLab.early)
}
