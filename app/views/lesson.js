// The lesson, drawn from blocks of plain data; see lesson.py and app/lesson/blocks.py. Texts are set as texts.

const {act: press, idle, make} = window.scheduleLab

let katex // one for the page, loaded with the first lesson that is opened

function typesetter(address) {
  katex ??= new Promise((resolve, reject) => {
    const script = make("script", {src: address})
    script.addEventListener("load", () => resolve(window.katex))
    script.addEventListener("error", reject)
    document.head.append(script)
  })
  return katex
}

/** LaTeX as MathML, which browsers draw by themselves; colours become classes, so that they follow the theme. */
function typeset(node, latex, display, address) {
  node.textContent = latex
  typesetter(address).then(
    ({renderToString}) => {
      const html = renderToString(latex, {output: "mathml", displayMode: display, throwOnError: false})
      node.innerHTML = html // KaTeX's own, from our own formulas
      for (const part of node.querySelectorAll("[mathcolor]")) {
        part.classList.add("tint", `tint-${part.getAttribute("mathcolor")}`)
        part.removeAttribute("mathcolor")
      }
    },
    () => {}, // the LaTeX stays
  )
}

const FRAME = 350 // ms between two updates of a small run
const [WIDTH, HEIGHT] = [240, 130] // of its picture
const REACH = 2 // how far from the minimum it shows, in starts

function svg(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  node.append(...children)
  return node
}

/** A run down a bowl: the ball, and where it was. */
function descent({title, words, thetas}) {
  const start = Math.abs(thetas[0]) || 1
  const x = (theta) => WIDTH / 2 + (Math.max(-REACH, Math.min(REACH, theta / start)) / REACH) * (WIDTH / 2 - 8)
  const y = (theta) => HEIGHT - 10 - (Math.min(REACH, Math.abs(theta) / start) / REACH) ** 2 * (HEIGHT - 22)
  const bowl = Array.from({length: 61}, (_, i) => REACH * start * (i / 30 - 1))
  const curve = svg("polyline", {class: "bowl", points: bowl.map((theta) => `${x(theta)},${y(theta)}`).join(" ")})
  const trail = svg("polyline", {class: "trail"})
  const dots = svg("g", {class: "dots"})
  const ball = svg("circle", {class: "ball", r: 7})
  const picture = svg("svg", {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title}. ${words}`}, curve, trail, dots, ball)
  return {
    picture,
    length: thetas.length,
    show(step) {
      const seen = thetas.slice(0, step + 1).filter(Number.isFinite)
      trail.setAttribute("points", seen.map((theta) => `${x(theta)},${y(theta)}`).join(" "))
      dots.replaceChildren(...seen.slice(0, -1).map((theta) => svg("circle", {cx: x(theta), cy: y(theta), r: 3})))
      ball.setAttribute("cx", x(seen.at(-1)))
      ball.setAttribute("cy", y(seen.at(-1)))
    },
  }
}

function buildDescents(block, act) {
  const runs = block.runs.map(descent)
  const last = Math.max(...runs.map((run) => run.length)) - 1
  let step = last
  let timer
  const calm = matchMedia("(prefers-reduced-motion: reduce)")
  const told = make("span", {class: "hint", role: "status"})
  const play = make("button", {type: "button", class: "main"}, "Let them go")
  const one = make("button", {type: "button"}, "One update")
  const show = (to) => {
    step = to
    for (const run of runs) run.show(Math.min(step, run.length - 1))
  }
  const stop = () => {
    clearInterval(timer)
    timer = undefined
    play.textContent = "Let them go"
    told.textContent = `update ${step} of ${last}`
  }
  play.addEventListener("click", () => {
    if (timer) return stop()
    if (step >= last) show(0)
    play.textContent = "Stop"
    told.textContent = ""
    timer = setInterval(() => {
      if (!play.isConnected || step >= last) return stop()
      show(step + 1)
    }, calm.matches ? 3 * FRAME : FRAME)
  })
  one.addEventListener("click", () => {
    stop()
    show(step >= last ? 0 : step + 1)
    told.textContent = `update ${step} of ${last}`
  })
  show(last)
  const starts = block.runs.map((run) => make("th", {scope: "col"}, run.title))
  const rows = Array.from({length: last + 1}, (_, at) =>
    make("tr", {}, make("th", {scope: "row"}, String(at)), ...block.runs.map(({thetas}) => {
      const theta = thetas[Math.min(at, thetas.length - 1)]
      return make("td", {}, Number.isFinite(theta) ? String(Number(theta.toPrecision(3))) : "lost")
    })))
  const table = make("table", {}, make("caption", {}, "θ after each update"),
    make("thead", {}, make("tr", {}, make("th", {scope: "col"}, "Update"), ...starts)), make("tbody", {}, ...rows))
  const fold = make("details", {}, make("summary", {}, "Show the three runs as a table"), table)
  const figures = block.runs.map((run, index) => {
    const about = make("figcaption", {}, make("strong", {}, run.title), make("span", {}, run.words))
    if (run.button) about.append(makeButton(run.button, act))
    return make("figure", {}, runs[index].picture, about)
  })
  return make("div", {class: "descents"}, make("div", {class: "three"}, ...figures), make("div", {class: "bar-of-buttons"}, play, one, told), fold)
}

function makeButton({label, act: name, value, main, disabled, pressed, says}, act) {
  const node = make("button", {type: "button", "data-key": `${name}:${value}`}, label)
  if (main) node.classList.add("main")
  if (says) node.setAttribute("aria-label", node.title = says)
  if (pressed !== undefined) node.setAttribute("aria-pressed", pressed)
  node.disabled = Boolean(disabled)
  node.addEventListener("click", () => act(name, value))
  return node
}

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  let seq = 0
  let asked = "" // what the reader did last, until it is answered
  let titled = "" // the case or the scene that is shown
  const act = (name, value) => {
    if (name === "tab") return window.scheduleLab.companion(value)
    asked = name
    model.sent = {seq: ++seq, act: name, value}
  }
  const math = (tag, latex, display) => {
    const node = make(tag, {class: display ? "equation" : "formula"})
    typeset(node, latex, display, model.typesetter)
    return node
  }
  const openClaim = (key, badge) => {
    window.scheduleLab.companion("sources")
    const back = document.getElementById("back-to-lesson")
    back.hidden = false
    back.onclick = () => {
      back.hidden = true
      window.scheduleLab.companion("lesson")
      badge.focus()
    }
    const claim = document.getElementById(`claim-${key}`)
    claim.hidden = false
    claim.querySelector("details").open = true
    claim.scrollIntoView({block: "center"})
    claim.querySelector("summary").focus()
  }
  const run = (pieces) =>
    pieces.map((piece) => {
      if (typeof piece === "string") return piece
      if (piece.latex) return math("span", piece.latex, false)
      if (piece.code) return make("code", {}, piece.code)
      if (piece.claim) {
        const badge = make("button", {type: "button", class: "badge", "data-status": piece.status, "data-claim": piece.claim}, piece.status)
        badge.title = "What stands behind it"
        badge.addEventListener("click", () => openClaim(piece.claim, badge))
        return badge
      }
      if (piece.href) return make("a", {href: piece.href, rel: "noreferrer", target: "_blank"}, piece.words)
      const phrase = make("button", {type: "button", class: "phrase", "data-key": `${piece.act}:${piece.value}`}, piece.words)
      phrase.addEventListener("click", () => act(piece.act, piece.value))
      return phrase
    })

  const BUILDERS = {
    text: ({pieces, tone}) => {
      if (tone === "title") return make("h4", {tabindex: -1}, ...run(pieces))
      return make("p", tone ? {class: tone} : {}, ...run(pieces))
    },
    heading: ({words}) => make("h3", {}, words),
    buttons: ({items}) => make("div", {class: "bar-of-buttons"}, ...items.map((item) => makeButton(item, act))),
    points: ({items}) => make("ul", {class: "points"}, ...items.map((item) => make("li", {}, ...run(item)))),
    card: ({inside}) => make("div", {class: "card"}, ...inside.map(build)),
    fold: ({summary, inside}) => make("details", {}, make("summary", {}, summary), ...inside.map(build)),
    descents: (block) => buildDescents(block, act),
    spot: () => make("span", {hidden: ""}),
    output: ({title, text}) => make("div", {class: "code"}, make("h4", {}, title), make("pre", {tabindex: 0, role: "status", "aria-label": title}, text)),
    equation({label, lines}) {
      const words = run(label)
      const all = lines.map(([latex, condition]) =>
        make("div", {class: "case"}, math("div", latex, true), ...(condition ? [make("span", {class: "when"}, math("span", condition, false))] : [])))
      // They scroll sideways where they are broader than the panel.
      const formula = make("div", {class: "equations", tabindex: 0, role: "group", "aria-label": "Equation"}, ...all)
      return make("div", {}, ...(words.length ? [make("p", {class: "label"}, ...words)] : []), formula)
    },
    choice({act: name, legend, options, chosen, right, locked}) {
      const set = make("fieldset", {class: "choices"}, make("legend", {}, ...run(legend)))
      for (const [value, words] of options) {
        const input = make("input", {type: "radio", name: `lesson-${name}`, value, "data-key": `${name}:${value}`})
        input.checked = value === chosen
        input.disabled = locked
        input.addEventListener("change", () => act(name, value))
        const marks = [value === right && "what came", value === chosen && right && "what you said"].filter(Boolean)
        set.append(make("label", {}, input, make("span", {}, words, ...(marks.length ? [" ", make("strong", {}, `← ${marks.join(", ")}`)] : []))))
      }
      return set
    },
    table({caption, head, rows}) {
      const node = make("table", {})
      node.createCaption().textContent = caption
      node.append(make("thead", {}, make("tr", {}, ...head.map((cell) => make("th", {scope: "col"}, cell)))))
      node.append(make("tbody", {}, ...rows.map(([first, ...cells]) =>
        make("tr", {}, make("th", {scope: "row"}, ...run(first)), ...cells.map((cell) => make("td", {}, ...run(cell)))))))
      return make("div", {class: "scrolls", tabindex: 0, role: "group", "aria-label": caption}, node)
    },
    code({title, lines, act: name, chosen, wrong, copies, numbered}) {
      const pre = make("pre", {"aria-label": title, role: "group", tabindex: 0})
      lines.forEach((line, index) => {
        const text = [...(numbered ? [make("span", {class: "number"}, String(index + 1).padStart(2))] : []), numbered ? line || " " : `${line}\n`]
        const node = name ? make("button", {type: "button", class: "line", "data-key": `${name}:${index}`}, ...text) : make("span", {class: numbered ? "line" : ""}, ...text)
        if (name) {
          node.setAttribute("aria-pressed", index === chosen)
          node.addEventListener("click", () => act(name, index))
        }
        if (index === wrong) node.classList.add("wrong")
        pre.append(node)
      })
      const node = make("div", {class: "code"}, make("h4", {}, title), pre)
      if (copies) {
        const copy = make("button", {type: "button"}, "Copy code")
        copy.addEventListener("click", async () => {
          try {
            await navigator.clipboard.writeText(`${lines.join("\n")}\n`)
            copy.textContent = "Copied"
            window.scheduleLab.say?.("Code copied.")
          } catch {
            getSelection().selectAllChildren(pre)
            copy.textContent = "Selected: copy it with your keyboard"
          }
        })
        node.append(copy)
      }
      return node
    },
  }
  const build = (block) => BUILDERS[block.kind](block)

  const nav = make("nav", {class: "sections", "aria-label": "Sections of the lesson"})
  const links = model.titles.map(([key, title]) => {
    const link = make("button", {type: "button"}, title)
    link.addEventListener("click", () => act("section", key))
    nav.append(link)
    return [key, link]
  })
  const undo = press("Undo", () => act("undo", ""), {class: "undo", title: "Take back the last change of the stage"})
  const covered = make("div", {},
    make("p", {}, "The lesson is closed while you predict: it could give the answer away."),
    make("div", {class: "bar-of-buttons"},
      press("Back to the question", () => window.scheduleLab.companion("practice")),
      press("Leave the exercise", () => window.scheduleLab.leavePractice?.())))
  const title = make("h3", {class: "section-title", tabindex: -1})
  const body = make("div", {})
  let drawn = []
  let shown
  let told = ""

  const focused = () => el.getRootNode().activeElement?.dataset?.key
  const show = () => {
    for (const [key, link] of links) {
      if (key === model.section) link.setAttribute("aria-current", "true")
      else link.removeAttribute("aria-current")
    }
    idle(undo, !model.can_undo)
    covered.hidden = model.blocks.length > 0 || !model.open
    const key = focused()
    if (shown !== model.section) {
      const moved = shown !== undefined
      shown = model.section
      title.textContent = model.titles.find(([name]) => name === shown)?.[1] ?? ""
      drawn = []
      body.replaceChildren()
      if (moved && model.open) title.focus({preventScroll: true})
      const link = nav.querySelector("[aria-current]") // on a phone the row may be longer than the screen
      if (link) nav.scrollLeft = link.offsetLeft - nav.offsetLeft - (nav.clientWidth - link.offsetWidth) / 2
    }
    // Only blocks that differ are drawn anew, so that what is open, playing or focused stays.
    const wanted = model.blocks.map((block) => JSON.stringify(block))
    wanted.forEach((text, index) => {
      if (drawn[index] === text) return
      const was = body.children[index]
      const node = build(model.blocks[index])
      if (was?.tagName === "DETAILS") node.open = was.open
      if (was) was.replaceWith(node)
      else body.append(node)
    })
    while (body.children.length > wanted.length) body.lastChild.remove()
    // What came of a step is said by the stage's live region, as is what the stage says of itself.
    const came = [...body.querySelectorAll("p.step, p.verdict")].map((node) => node.textContent).join(" ")
    if (drawn.length > 0 && came && came !== told) window.scheduleLab.say?.(came)
    told = came
    drawn = wanted
    if (key && focused() !== key) refocus(key)
    // A case or a scene that was opened is read from its title on, wherever the button was.
    const name = body.querySelector("h4[tabindex]")?.textContent ?? ""
    if (asked && name !== titled && name) {
      const heading = body.querySelector("h4[tabindex]")
      if (asked === "case") heading.focus({preventScroll: true})
      heading.scrollIntoView({block: "nearest"})
    }
    titled = name
    asked = ""
    document.documentElement.toggleAttribute("data-scene", model.section === "storyboard" && wanted.length > 0)
    const spot = model.blocks.find((block) => block.kind === "spot")
    if (spot) document.documentElement.dataset.spot = spot.target
    else delete document.documentElement.dataset.spot
  }
  const refocus = (key) => {
    const same = [...body.querySelectorAll("[data-key]")].find((node) => node.dataset.key === key)
    // A choice that is locked, a button that is done with: the next thing to do is beside it.
    const beside = [".card button.main:enabled", ".card .choices input:enabled", ".card .bar-of-buttons button:enabled"]
    const next = same && !same.disabled ? same : beside.map((each) => body.querySelector(each)).find(Boolean)
    next?.focus({preventScroll: true})
    next?.scrollIntoView({block: "nearest"})
  }
  for (const name of ["section", "blocks", "can_undo"]) model.on(name, show)
  const follow = ({detail}) => {
    const open = detail === "lesson"
    if (model.open !== open) model.open = open
    if (!open) delete document.documentElement.dataset.spot
  }
  const root = document.documentElement
  const turn = ({detail}) => {
    if ("held" in root.dataset) return
    const there = "scene" in root.dataset
    if (!model.open) window.scheduleLab.companion("lesson")
    act("turn", there ? detail : 0) // the first press shows where one is
  }
  const reveal = () => act("reveal", "")
  document.addEventListener("companion", follow)
  document.addEventListener("scene", turn)
  document.addEventListener("reveal", reveal)
  model.on("remove", () => {
    document.removeEventListener("companion", follow)
    document.removeEventListener("scene", turn)
    document.removeEventListener("reveal", reveal)
  })
  follow({detail: root.dataset.companion})
  show()
  const lesson = make("div", {class: "lesson"}, nav, make("div", {class: "title-row"}, title, undo), covered, body)
  const dress = () => lesson.classList.toggle("presented", "presenter" in root.dataset)
  const watch = new MutationObserver(dress)
  watch.observe(root, {attributeFilter: ["data-presenter"]})
  model.on("remove", () => watch.disconnect())
  dress()
  el.replaceChildren(lesson)
}
