// The curves side by side in a table that can be sorted; see ranking.py.

const {make, write} = window.scheduleLab

const UNKNOWN = "…" // a figure that is being worked out; see ranking.py

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  let seq = 0
  let awaited = false // all families have been asked for, and are not all there yet
  const press = (message) => (model.pressed = {...message, seq: ++seq})
  const button = (text, attributes, onClick) => {
    const node = make("button", {type: "button", ...attributes}, text)
    node.addEventListener("click", () => onClick(node))
    return node
  }

  const families = button("All families side by side", {}, (node) => {
    const on = node.getAttribute("aria-pressed") !== "true"
    node.setAttribute("aria-pressed", on) // at once, so that a second click takes the first one back
    press({act: "families", on})
    awaited = on
  })
  const tools = make("div", {role: "group", "aria-label": "Compare", class: "controls bar"}, families)
  for (const [remake, text, title] of model.tools) {
    tools.append(button(text, {title}, () => press({act: "pin", remake})))
  }

  const hint = make("p", {class: "hint"})
  const lesson = make("p", {class: "lesson"})
  let asked = false // another order
  const table = make("table")
  const caption = table.createCaption()
  const body = table.createTBody()
  const heads = {}
  const head = table.createTHead().insertRow()
  head.append(make("th", {scope: "col"}, "#"))
  for (const [column, text] of model.columns) {
    const arrow = make("span", {class: "arrow", "aria-hidden": "true"})
    const sort = () => {
      asked = true
      press({act: "sort", column})
    }
    const cell = make("th", {scope: "col"}, button(text, {}, sort))
    cell.firstChild.append(arrow)
    heads[column] = {cell, arrow}
    head.append(cell)
  }
  head.append(make("th", {scope: "col"}, make("span", {class: "unseen"}, "On the stage")))
  // It scrolls sideways where it is broader than the page, by keyboard too.
  const scroll = make("div", {class: "scroll", role: "region", "aria-label": "Ranking of the curves", tabindex: 0}, table)

  const newRow = () => {
    const row = body.insertRow()
    const name = make("th", {scope: "row"}, make("span"), " ", make("span", {class: "mark"}))
    row.append(make("td"), name)
    for (let column = 1; column < model.columns.length; column++) {
      const star = make("span", {class: "star"}, make("span", {"aria-hidden": "true"}, " ★"))
      star.append(make("span", {class: "unseen"}, " best"))
      row.append(make("td", {}, make("span"), star))
    }
    row.append(make("td", {}, button("Show", {}, (node) => press({act: "show", row: node.dataset.row}))))
    return row
  }

  /** Changes only what differs, so that a move of a slider does not rebuild the table. */
  const fill = (row, {key, rank, name, mark, texts, best}) => {
    const [place, title, ...cells] = row.cells
    write(place, rank)
    write(title.children[0], name)
    write(title.children[1], mark)
    row.classList.toggle("live", key === "live")
    texts.forEach((text, index) => {
      write(cells[index].children[0], text)
      cells[index].classList.toggle("best", best[index])
      cells[index].children[1].hidden = !best[index]
    })
    const show = cells[texts.length].firstChild
    show.dataset.row = key
    show.hidden = key === "live"
    if (show.ariaLabel !== `Show ${name}`) show.ariaLabel = `Show ${name}`
  }

  const shows = () => [...body.querySelectorAll("button:not([hidden])")]
  const showRows = () => {
    const focused = table.getRootNode().activeElement
    const place = shows().indexOf(focused)
    const key = focused?.dataset.row
    while (body.rows.length > model.rows.length) body.deleteRow(-1)
    model.rows.forEach((row, index) => fill(body.rows[index] ?? newRow(), row))
    if (awaited && model.rows.length > 1 && model.rows.every(({texts}) => !texts.includes(UNKNOWN))) {
      awaited = false
      window.scheduleLab.say?.(`${model.rows.length} curves are ranked; first is ${model.rows[0].name}.`)
    }
    if (place < 0) return
    // The keyboard stays with its curve, else where it was, else at the table.
    const now = shows()
    const next = now.find((node) => node.dataset.row === key) ?? now[Math.min(place, now.length - 1)] ?? scroll
    if (next !== table.getRootNode().activeElement) next.focus()
  }
  const tellSort = () => {
    const column = model.columns.find(([key]) => key === model.sort)[1]
    window.scheduleLab.say?.(`Sorted by ${column}, ${model.descending ? "descending" : "ascending"}.`)
  }
  const showSort = () => {
    if (asked) queueMicrotask(tellSort) // once column and direction are both there
    asked = false
    for (const [column, {cell, arrow}] of Object.entries(heads)) {
      if (column === model.sort) cell.setAttribute("aria-sort", model.descending ? "descending" : "ascending")
      else cell.removeAttribute("aria-sort")
      write(arrow, column === model.sort ? (model.descending ? " ▼" : " ▲") : "")
    }
  }
  const showWords = () => {
    write(caption, model.caption)
    write(hint, model.hint)
    write(lesson, model.lesson)
    lesson.hidden = !model.lesson
  }
  const showFamilies = () => families.setAttribute("aria-pressed", model.families)

  model.on("rows", showRows)
  for (const name of ["sort", "descending"]) model.on(name, showSort)
  for (const name of ["caption", "hint", "lesson"]) model.on(name, showWords)
  model.on("families", showFamilies)
  for (const show of [showRows, showSort, showWords, showFamilies]) show()
  el.replaceChildren(make("div", {class: "ranking"}, tools, hint, scroll, lesson))
}
