// Tables and pictures to save; see takeaway.py.

const {act, make, save, write} = window.scheduleLab

const PATIENCE = 20_000 // ms after which an answer counts as lost
const SCALE = 2 // pixels of a PNG for each of the page's
const SMALL = 12 // px: the words under a picture
const EDGE = 14 // px around all of it
const MOST_LINES = 4 // of a link under a picture; the whole of it stands inside the file in any case
const SVG = "http://www.w3.org/2000/svg"

// A PNG is a signature and chunks; one of the kind tEXt has a keyword, a zero, and Latin-1.

const crcs = Uint32Array.from({length: 256}, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1
  return n
})
const crc = (bytes) => ~bytes.reduce((so_far, byte) => crcs[(so_far ^ byte) & 255] ^ (so_far >>> 8), ~0) >>> 0

function textChunk(keyword, text) {
  const plain = (string) => Uint8Array.from(string, (letter) => (letter.charCodeAt(0) < 256 ? letter.charCodeAt(0) : 63))
  const body = plain(`tEXt${keyword}\0${text}`)
  const chunk = new Uint8Array(body.length + 8)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, body.length - 4)
  chunk.set(body, 4)
  view.setUint32(body.length + 4, crc(body))
  return chunk
}

/** The PNG with texts of its own, right after its first chunk, where the standard likes them. */
async function withTexts(png, texts) {
  const bytes = new Uint8Array(await png.arrayBuffer())
  const first = 8 + 12 + new DataView(bytes.buffer).getUint32(8)
  return new Blob([bytes.slice(0, first), ...texts.map(([key, text]) => textChunk(key, text)), bytes.slice(first)], {type: "image/png"})
}

/** The view of a plot by its name, wherever it is on the page. */
function find(name, views = Object.values(window.Bokeh.index.roots ?? window.Bokeh.index)) {
  for (const view of views) {
    const found = view?.model?.name === name && view.export ? view : find(name, view?.child_views ?? [])
    if (found) return found
  }
  return undefined
}

const pen = document.createElement("canvas").getContext("2d")

/** Text broken into lines that fit: between words or parts of a link if there are any, else anywhere. */
function broken(text, width, font) {
  pen.font = font
  const lines = []
  let rest = text
  while (rest) {
    let length = rest.length
    while (length > 1 && pen.measureText(rest.slice(0, length)).width > width) length--
    const gap = Math.max(rest.lastIndexOf(" ", length), rest.lastIndexOf("&", length - 1))
    if (length < rest.length && gap > 0) length = gap + 1
    lines.push(rest.slice(0, length).trimEnd())
    rest = rest.slice(length)
  }
  return lines
}

/** Bokeh (3.9.2, `core/util/svg.js`) reads no font size in rem, which the page's type is in: it is told pixels instead. */
function tellPixels(view) {
  const drawing = Object.getPrototypeOf(view.canvas_view.create_layer_svg().ctx)
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize)
  Object.defineProperty(drawing, "font", {
    configurable: true,
    get() { return this.font_in_pixels },
    set(font) { this.font_in_pixels = font.replace(/([\d.]+)rem/g, (_, size) => `${size * rem}px`) },
  })
}

/** The plot as a document of its own: a solid ground in the page's present colours, and under the plot what it is. */
function drawn(view, {title, words, link}) {
  tellPixels(view)
  const inner = view.export("svg").ctx.get_svg()
  const plot = view.bbox
  const width = plot.width + 2 * EDGE
  inner.setAttribute("x", EDGE)
  inner.setAttribute("y", EDGE)
  const css = getComputedStyle(document.documentElement)
  const colour = (name) => css.getPropertyValue(name).trim()
  const family = getComputedStyle(document.body).fontFamily
  const font = (weight) => `${weight} ${SMALL}px ${family}`
  const links = broken(link, plot.width, font(400))
  if (links.length > MOST_LINES) links.splice(MOST_LINES - 1, Infinity, `${links[MOST_LINES - 1].slice(0, -2)}…`)
  const lines = [
    ...broken(title, plot.width, font(600)).map((text) => [text, 600, "--text"]),
    ...broken(words, plot.width, font(400)).map((text) => [text, 400, "--text"]),
    ...links.map((text) => [text, 400, "--muted"]),
  ]
  const row = SMALL * 1.45
  const under = EDGE + plot.height + EDGE / 2
  const height = Math.ceil(under + lines.length * row + EDGE)
  const node = (tag, attributes, ...children) => {
    const made = document.createElementNS(SVG, tag)
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
    made.append(...children)
    return made
  }
  const picture = node("svg", {width, height, viewBox: `0 0 ${width} ${height}`},
    node("title", {}, title), node("desc", {}, `${words}. Restored by ${link}`), node("metadata", {}, link),
    node("rect", {width, height, fill: colour("--surface")}),
    inner,
    ...lines.map(([text, weight, ink], number) => node("text", {
      x: EDGE, y: under + row * (number + 0.75), fill: colour(ink), "font-family": family, "font-size": SMALL, "font-weight": weight,
    }, text)))
  return {text: new XMLSerializer().serializeToString(picture), width, height}
}

async function png({text, width, height}, {title, link}) {
  const image = new Image()
  const url = URL.createObjectURL(new Blob([text], {type: "image/svg+xml"}))
  image.src = url
  await image.decode()
  const canvas = Object.assign(document.createElement("canvas"), {width: width * SCALE, height: height * SCALE})
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  URL.revokeObjectURL(url)
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"))
  return withTexts(blob, [["Title", title], ["Source", link], ["Software", "Schedule Lab"]])
}

const unpack = (packed) => new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"))
const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  let seq = 0
  let heard = () => {}
  model.on("answer", () => heard(model.answer))
  /** Asks for something; what is refused, or never answered, is an error with words for the reader. */
  const ask = (what, part = 0) => new Promise((done, fail) => {
    const mine = ++seq
    const patience = setTimeout(() => fail(new Error("No answer: try again.")), PATIENCE)
    heard = (answer) => {
      if (answer.seq !== mine) return
      clearTimeout(patience)
      if (answer.refused) fail(new Error(answer.refused))
      else done(answer)
    }
    model.asked = {seq: mine, what, part, page: location.origin + location.pathname}
  })

  const status = make("p", {class: "hint", role: "status"})
  const buttons = []
  let busy = false
  /** One file at a time: buttons stay where they are, but do nothing meanwhile. */
  const making = (work) => async () => {
    if (busy) return
    busy = true
    for (const button of buttons) button.setAttribute("aria-disabled", "true")
    try {
      write(status, `Saved as ${await work()}.`)
    } catch (refused) {
      write(status, `Not saved. ${refused.message}`)
    }
    for (const button of buttons) button.setAttribute("aria-disabled", "false")
    busy = false
  }
  const table = async (what) => {
    write(status, "Preparing …")
    let name
    let parts = 1
    const texts = []
    for (let part = 0; part < parts; part++) {
      const answer = await ask(what, part)
      ;({name, parts} = answer)
      texts.push(await new Response(unpack(answer.packed)).blob())
      if (parts > 1) write(status, `Preparing … ${Math.round((100 * (part + 1)) / parts)} percent`)
    }
    save(name, new Blob(texts, {type: "text/csv"}))
    return name
  }
  const picture = async (plot, kind) => {
    write(status, "Preparing …")
    const caption = await ask(plot)
    await frame() // the plots may still be on their way to this very state
    const view = find(plot)
    if (!view?.el.checkVisibility() || !view.bbox.width) throw new Error("This plot is not on the page at the moment.")
    const made = drawn(view, caption)
    const name = `${caption.name}.${kind}`
    save(name, kind === "svg" ? made.text : await png(made, caption), "image/svg+xml")
    return name
  }

  const row = (title, words, ...choices) => {
    const made = choices.map(([text, label, work]) => act(text, making(work), {"aria-label": label, "aria-disabled": "false"}))
    buttons.push(...made)
    return make("li", {}, make("span", {}, title, ...(words ? [" ", make("span", {class: "hint"}, words)] : [])), make("span", {class: "buttons"}, ...made))
  }
  el.replaceChildren(make("div", {class: "takeaway"},
    make("p", {class: "hint"}, "Each file holds the link that restores this state. It is made when you ask for it."),
    make("ul", {},
      row("The curve", "every update", ["CSV", "Save the curve as CSV", () => table("curve")]),
      row("The runs", "live and pinned", ["CSV", "Save the runs as CSV", () => table("runs")]),
      ...model.plots.map(([plot, title]) =>
        row(title, "", ...["png", "svg"].map((kind) =>
          [kind.toUpperCase(), `Save the ${title.toLowerCase()} as ${kind.toUpperCase()}`, () => picture(plot, kind)])))),
    status))
}
