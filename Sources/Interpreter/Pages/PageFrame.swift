import Foundation
import Text

/// What the pages share: their frame, their looks and the arithmetic of the quantizer in script.
struct PageFrame {
  var title: String
  /// Between the heading and the script.
  var body: String
  /// What the script reads.
  var data: JSONValue
  var script: String

  var html: String {
    // In a page, data may not end the element that it stands in.
    let json = data.line.replacing("<", with: "\\u003c")
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(title.htmlEscaped)</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <main>
      <h1>\(title.htmlEscaped)</h1>
      \(body)
      </main>
      <script type="application/json" id="data">\(json)</script>
      <script>
      "use strict";
      \(Self.core)
      \(script)
      </script>
      </body>
      </html>

      """
  }

  static let style = """
    :root { color-scheme: light dark; --paper: #fff; --ink: #222; --faint: #6a6a6a; --rule: #ccc;
      --bar: #0072b2; --mark: #d55e00; --good: #00795a }
    @media (prefers-color-scheme: dark) {
      :root { --paper: #161616; --ink: #e4e4e4; --faint: #a0a0a0; --rule: #444;
        --bar: #4aa3df; --mark: #ff9248; --good: #35c79b } }
    body { background: var(--paper); color: var(--ink); margin: 0; font: 15px/1.45 system-ui, sans-serif }
    main { max-width: 860px; margin: 0 auto; padding: 16px }
    h1 { font-size: 1.3em; margin: 0 0 .5em } h2 { font-size: 1.1em; margin: 1.4em 0 .3em }
    p { margin: .4em 0 } .faint { color: var(--faint) }
    svg { display: block; width: 100%; height: auto; touch-action: none }
    svg text { fill: var(--faint); font-size: 11px }
    .bars { fill: var(--bar); fill-opacity: .55 } .axis { stroke: var(--faint); fill: none }
    .grid { stroke: var(--mark); stroke-opacity: .5; fill: none }
    .clipped { fill: var(--mark); fill-opacity: .15 }
    .handle { cursor: ew-resize } .handle line { stroke: var(--mark); stroke-width: 2 }
    .handle rect { fill: var(--mark) } .handle:focus { outline: none }
    .handle:focus rect { stroke: var(--ink); stroke-width: 3 }
    .controls { display: flex; flex-wrap: wrap; gap: .4em 1.6em; align-items: center; margin: .5em 0 }
    table { border-collapse: collapse; margin: .5em 0; font-variant-numeric: tabular-nums }
    th, td { padding: .15em .8em .15em 0; text-align: right; border-bottom: 1px solid var(--rule) }
    th:first-child, td:first-child { text-align: left } th { font-weight: 600; color: var(--faint) }
    tr.now td { color: var(--mark); font-weight: 600 } .negative { fill: var(--mark) }
    .positive { fill: var(--bar) } figure { margin: 0 }
    button.image { border: 2px solid transparent; background: none; padding: 2px; cursor: pointer }
    button.image[aria-pressed=true] { border-color: var(--mark) }
    button.image img { display: block; width: 64px; height: 64px; image-rendering: pixelated }
    :focus-visible { outline: 3px solid var(--good); outline-offset: 2px }
    """

  /// Floats are those of 32 bits, and halves go to the even neighbour, as in the program.
  static let core = """
    const data = JSON.parse(document.getElementById("data").textContent);
    const f32 = Math.fround;
    const byId = id => document.getElementById(id);
    function floats(base64) {
      const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
      return new Float32Array(bytes.buffer);
    }
    function rint(x) {
      const low = Math.floor(x), rest = x - low;
      return rest < 0.5 ? low : rest > 0.5 ? low + 1 : low % 2 === 0 ? low : low + 1;
    }
    function element(name, attributes, text) {
      const node = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const key in attributes) node.setAttribute(key, attributes[key]);
      if (text !== undefined) node.textContent = text;
      return node;
    }
    function short(x) {
      return x === 0 ? "0" : Math.abs(x) < 1e-4 || Math.abs(x) >= 1e6 ? x.toExponential(2) : String(+x.toPrecision(4));
    }
    """
}

extension String {
  /// As text of a page.
  var htmlEscaped: String {
    replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}

extension [Float] {
  /// The bytes of the numbers, least first, in Base64.
  var base64: String {
    var bytes = Data(capacity: 4 * count)
    for value in self {
      Swift.withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes.base64EncodedString()
  }
}
