// The legend, with what can be done to a pinned curve; see legend.py.

function swatch(index) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  svg.setAttribute("class", "swatch")
  svg.setAttribute("viewBox", "0 0 36 12")
  svg.setAttribute("aria-hidden", "true")
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line")
  for (const [name, value] of Object.entries({x1: 1, x2: 35, y1: 6, y2: 6})) line.setAttribute(name, value)
  line.setAttribute("class", index === 0 ? "live" : `pin${index}`)
  svg.append(line)
  return svg
}

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  const list = document.createElement("ul")
  list.className = "legend"
  list.setAttribute("aria-label", "Curves on the plot")
  let seq = 0
  const act = (name, text, label, index) => {
    const button = document.createElement("button")
    button.type = "button"
    button.textContent = text
    button.setAttribute("aria-label", label)
    button.addEventListener("click", () => (model.pressed = {act: name, index, seq: ++seq}))
    return button
  }
  let known = model.curves
  const tell = () => {
    const [, ...before] = known
    const [, ...now] = model.curves
    known = model.curves
    // By how many there are: a pin has another name as soon as what tells it from the others is something else.
    if (now.length > before.length) window.scheduleLab.say?.(`Pinned: ${now.slice(before.length).join("; ")}.`)
    if (now.length < before.length) window.scheduleLab.say?.(`No longer pinned; ${now.length || "none"} left.`)
  }
  const show = () => {
    const focused = list.getRootNode().activeElement
    const place = [...list.querySelectorAll("button")].indexOf(focused)
    list.hidden = model.curves.length < 2
    list.replaceChildren(
      ...model.curves.map((name, index) => {
        const row = document.createElement("li")
        const text = document.createElement("span")
        text.textContent = index === 0 ? `Live: ${name}` : name
        row.append(swatch(index), text)
        if (index > 0) {
          row.append(act("show", "Show", `Show ${name}`, index - 1), act("remove", "Remove", `Remove ${name}`, index - 1))
        }
        return row
      }),
    )
    if (place < 0) return
    // The keyboard stays where it was: on the button that took the place, else the last one, else the plot's tools.
    const buttons = list.querySelectorAll("button")
    const next = buttons[Math.min(place, buttons.length - 1)] ?? document.getElementById("plot")
    next.focus()
  }
  model.on("curves", show)
  model.on("curves", tell)
  show()
  el.replaceChildren(list)
}
