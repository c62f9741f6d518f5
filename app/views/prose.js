// The sentence about the curve, notices above the plot, where they are seen, and the stage's one polite live region,
// which speaks all of it after a pause; see prose.py.

const PAUSE = 600 // ms without a change before a screen reader hears of it

/** The text with its numbers kept whole: a line must not end within 3e-4. */
function unbroken(text) {
  return text.split(/(\d\S*\d)/).map((part, index) => {
    if (index % 2 === 0) return part
    const number = document.createElement("span")
    number.className = "number"
    number.textContent = part
    return number
  })
}

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  const sentence = document.createElement("p")
  sentence.className = "lead"
  const training = document.createElement("p")
  training.className = "training"
  const notices = document.getElementById("notices")
  const live = document.createElement("p")
  live.className = "unseen"
  live.setAttribute("role", "status")
  live.setAttribute("aria-live", "polite")
  let timer
  let told = [] // what else has been done since it last spoke
  let changed = false
  const speak = () => {
    if (window.scheduleLab.unanswered()) return soon() // a pause of the server's is none of the person's
    const said = [model.error, ...model.notices].filter(Boolean)
    const state = changed ? [...said, model.sentence, model.training] : []
    live.textContent = [...told, ...state].join(" ")
    told = []
    changed = false
  }
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(speak, PAUSE)
  }
  /** Has the stage's own live region say something: two that speak at once are not understood. */
  window.scheduleLab.say = (text) => {
    told.push(text)
    soon()
  }
  const show = () => {
    sentence.replaceChildren(...unbroken(model.sentence))
    training.replaceChildren(...unbroken(model.training))
    const said = [model.error, ...model.notices].filter(Boolean)
    notices.hidden = said.length === 0
    notices.replaceChildren(
      ...said.map((text) => {
        const line = document.createElement("li")
        line.textContent = text
        return line
      }),
    )
    changed = true
    soon()
  }
  for (const name of ["sentence", "training", "notices", "error"]) model.on(name, show)
  show()
  clearTimeout(timer) // nothing has changed yet
  changed = false
  el.replaceChildren(training, sentence, live)
}
