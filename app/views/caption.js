// A line of text; see caption.py.

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  const line = document.createElement("p")
  line.className = "hint"
  const show = () => (line.textContent = model.text)
  model.on("text", show)
  show()
  el.replaceChildren(line)
}
