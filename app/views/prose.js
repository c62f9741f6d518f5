// The sentence about the curve, and the one polite live region that speaks it after a pause; see prose.py.

const PAUSE = 600 // ms without a change before a screen reader hears of it

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  const sentence = document.createElement("p")
  sentence.className = "lead"
  const notes = document.createElement("ul")
  notes.className = "notices"
  const live = document.createElement("p")
  live.className = "unseen"
  live.setAttribute("role", "status")
  live.setAttribute("aria-live", "polite")
  let timer
  const show = () => {
    sentence.textContent = model.sentence
    const said = [model.error, ...model.notices].filter(Boolean)
    notes.hidden = said.length === 0
    notes.replaceChildren(
      ...said.map((text) => {
        const line = document.createElement("li")
        line.textContent = text
        return line
      }),
    )
    clearTimeout(timer)
    timer = setTimeout(() => (live.textContent = [...said, model.sentence].join(" ")), PAUSE)
  }
  for (const name of ["sentence", "notices", "error"]) model.on(name, show)
  show()
  clearTimeout(timer) // nothing has changed yet
  el.replaceChildren(sentence, notes, live)
}
