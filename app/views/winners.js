// The map of winners, a table of buttons under a fold; see winners.py.

const {make} = window.scheduleLab

const MOVES = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}

/** The table. `onPress` is told the row and the column; one cell at a time is a tab stop, arrow keys move it. */
function board(onPress) {
  const group = make("th", {scope: "colgroup"})
  const names = make("tr")
  const body = make("tbody")
  const head = make("thead", {}, make("tr", {}, make("td"), group), names)
  const node = make("table", {}, make("caption", {}, "Who wins"), head, body)
  let buttons = []
  let stop = [0, 0]
  let moved = false // by the reader

  const setStop = (row, column) => {
    const inside = (at, list) => Math.max(0, Math.min(at, list.length - 1))
    stop = [inside(row, buttons), inside(column, buttons[0] ?? [])]
    buttons.forEach((line, r) => line.forEach((button, c) => (button.tabIndex = r === stop[0] && c === stop[1] ? 0 : -1)))
    return buttons[stop[0]]?.[stop[1]]
  }
  const place = (button) => {
    const row = buttons.findIndex((line) => line.includes(button))
    return row < 0 ? null : [row, buttons[row].indexOf(button)]
  }
  body.addEventListener("keydown", (event) => {
    const at = place(event.target)
    if (!at || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    let [row, column] = at
    if (event.key in MOVES) [row, column] = [row + MOVES[event.key][0], column + MOVES[event.key][1]]
    else if (event.key === "Home") column = 0
    else if (event.key === "End") column = buttons[row].length - 1
    else return
    event.preventDefault()
    moved = true
    setStop(row, column).focus()
  })
  body.addEventListener("click", (event) => {
    const at = place(event.target.closest("button"))
    if (!at) return
    moved = true
    setStop(...at)
    onPress(...at)
  })

  const build = (map) => {
    const focused = place(node.getRootNode().activeElement)
    buttons = map.rows.map(() => map.columns.map(() => make("button", {type: "button"})))
    names.replaceChildren(make("th", {scope: "col"}, "Noise σ"), ...map.columns.map(() => make("th", {scope: "col"})))
    body.replaceChildren(
      ...buttons.map((line) => make("tr", {}, make("th", {scope: "row"}), ...line.map((button) => make("td", {}, button)))),
    )
    group.colSpan = map.columns.length
    const button = setStop(...stop)
    if (focused) button.focus()
  }
  return {
    node,
    draw(map) {
      if (buttons.length !== map.rows.length || buttons[0].length !== map.columns.length) build(map)
      group.textContent = map.head
      map.columns.forEach((text, column) => (names.cells[column + 1].textContent = text))
      map.rows.forEach((text, row) => (body.rows[row].cells[0].textContent = text))
      map.cells.forEach((line, row) =>
        line.forEach(([look, text, name], column) => {
          const button = buttons[row][column]
          button.className = look
          button.textContent = text
          button.title = name
          button.setAttribute("aria-label", name)
        }),
      )
    },
    clear() {
      buttons = []
      names.replaceChildren()
      body.replaceChildren()
    },
    mark(row, column) {
      for (const button of buttons.flat()) button.removeAttribute("aria-current")
      buttons[row]?.[column]?.setAttribute("aria-current", "true")
      if (!moved) setStop(row, column)
    },
  }
}

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  let seq = 0
  const send = (act, more) => (model.pressed = {act, ...more, seq: ++seq})

  const columns = make("fieldset", {class: "switch"}, make("legend", {}, "Columns"))
  const options = [["length", "run length T"], ["condition", "condition number κ"]].map(([value, text]) => {
    const input = make("input", {type: "radio", name: "across", value})
    columns.append(make("label", {}, input, make("span", {}, text)))
    input.addEventListener("change", () => {
      asked()
      send("across", {value})
    })
    return input
  })
  // It speaks of what was asked for here; of each change of the stage, the stage's own live region speaks.
  const status = make("p", {class: "hint", role: "status", "aria-live": "off"})
  const asked = () => (status.ariaLive = "polite")
  const note = make("p", {class: "hint"})
  const sentence = make("p", {class: "verdict"})
  const table = board((row, column) => send("load", {row, column, version: model.map.version}))
  const scroll = make("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": "Map of winners"}, table.node)
  const legend = make("ul", {class: "winners-legend", "aria-label": "Letters of the map"})
  const answer = make("div", {class: "answer"}, sentence, scroll, legend)
  const fold = make("details", {class: "winners"}, make("summary", {}, "Who wins where"), columns, note, status, answer,
    make("p", {class: "hint"}, model.rules))
  fold.open = model.open
  fold.addEventListener("toggle", () => {
    if (fold.open) asked()
    if (model.open !== fold.open) model.open = fold.open
  })

  const show = () => {
    const {map} = model
    answer.hidden = !map.cells
    if (!map.cells) {
      table.clear() // it may be covered, and then nothing of it may be left to read
      sentence.textContent = ""
      return legend.replaceChildren()
    }
    table.draw(map)
    sentence.textContent = map.sentence
    legend.replaceChildren(
      ...map.legend.map(([look, letter, title, wins]) =>
        make("li", {}, make("span", {class: `cell ${look}`}, letter), make("span", {}, `${title}: ${wins}`)),
      ),
    )
    mark()
  }
  const mark = () => model.here.length === 2 && table.mark(...model.here)
  const tell = () => {
    for (const input of options) input.checked = input.value === model.across
    note.textContent = model.note
    status.textContent = model.stale ? "Working it out …" : ""
    if (!model.stale) status.ariaLive = "off"
    answer.setAttribute("aria-busy", String(model.stale))
  }
  model.on("map", show)
  model.on("here", mark)
  for (const name of ["across", "note", "stale"]) model.on(name, tell)
  show()
  tell()
  el.replaceChildren(fold)
}
