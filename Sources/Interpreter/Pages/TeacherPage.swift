import Text

/// A page on distillation: what temperature, α and β make of a teacher's answers, and of the student's gradient.
struct TeacherPage {
  struct Image {
    /// From 1 on, as sheets of images number them.
    var number: Int
    var label: Int
    var teacher: [Float]
    /// Nil where there is no student: all its logits are then 0.
    var student: [Float]?
    /// A PNG file in Base64; nil where none could be made.
    var picture: String?
  }

  var teacher: String
  var student: String?
  var classes: [String]
  var images: [Image]
  var source: String

  var html: String {
    PageFrame(
      title: "\(teacher) as a teacher: temperature, alpha and beta", body: body, data: data,
      script: Self.script
    ).html
  }

  private var body: String {
    let student =
      student.map { "The student is \($0.htmlEscaped), with its own logits for the same images." }
      ?? "The student knows nothing yet: all its logits are 0, so that it gives every class the same share."
    return """
      <p>The logits below are those of \(teacher.htmlEscaped) for test images. \(student) Choose an image and move the
      sliders, by pointer or with Tab and the arrow keys.</p>
      <div class="controls" id="images" role="group" aria-label="test images"></div>
      <div class="controls" id="sliders"></div>
      <h2>What the teacher says</h2>
      <p class="faint">softmax(t / T): at T = 1 its probabilities, above it the classes that it thinks alike come up.</p>
      <figure id="targets"></figure>
      <h2>What the student's logits feel</h2>
      <p class="faint">The gradient of each loss at the student's logits, for this image alone; a step goes against it.
      SoftTarget is T²·KL of both softened answers. DecoupledKD is T²·(α·TCKD + β·NCKD): TCKD compares the label's class
      with all others together, NCKD the others among themselves.</p>
      <figure id="gradients"></figure>
      <table id="numbers" aria-live="polite"></table>
      <p class="faint">Made by <code>\("explore \(source)".htmlEscaped)</code>.</p>
      """
  }

  private var data: JSONValue {
    .object([
      "classes": .array(classes.map(JSONValue.string)),
      "images": .array(
        images.map { image in
          .object([
            "number": .integer(image.number), "label": .integer(image.label),
            "teacher": .string(image.teacher.base64),
            "student": .string((image.student ?? image.teacher.map { _ in 0 }).base64),
            "picture": image.picture.map(JSONValue.string) ?? .null,
          ])
        }),
    ])
  }

  static let script = #"""
    const state = { image: 0, T: 4, alpha: 1, beta: 8 };
    const svgNumber = 860;
    function softmax(z, T, without) {
      let most = -Infinity;
      z.forEach((x, i) => { if (i !== without) most = Math.max(most, x / T); });
      const powers = Array.from(z, (x, i) => i === without ? 0 : Math.exp(x / T - most));
      const sum = powers.reduce((a, b) => a + b, 0);
      return { p: powers.map(x => x / sum), log: most + Math.log(sum) };
    }
    function divergence(p, q) {
      return p.reduce((sum, x, i) => sum + (x > 0 ? x * Math.log(x / q[i]) : 0), 0);
    }
    function losses() {
      const image = data.images[state.image], { T, alpha, beta } = state, y = image.label;
      const s = floats(image.student), t = floats(image.teacher);
      const student = softmax(s, T), teacher = softmax(t, T);
      const others = softmax(s, T, y), taught = softmax(t, T, y);
      // 1 - p from the sum over the other classes, which loses no digits near 1.
      const pair = (all, rest) => [all.p[y], Math.exp(rest.log - all.log)];
      const tckd = divergence(pair(teacher, taught), pair(student, others));
      const nckd = divergence(taught.p, others.p);
      const pull = student.p[y] - teacher.p[y];
      const task = softmax(s, 1).p.map((p, i) => p - (i === y ? 1 : 0));
      const soft = student.p.map((p, i) => T * (p - teacher.p[i]));
      const decoupled = others.p.map((q, i) =>
        i === y ? T * alpha * pull : T * (beta * (q - taught.p[i]) - alpha * pull * q));
      const norm = g => Math.hypot(...g);
      return {
        at1: softmax(t, 1).p, atT: teacher.p, student: student.p, task, soft, decoupled,
        numbers: {
          softLoss: T * T * divergence(teacher.p, student.p), target: T * T * alpha * tckd,
          others: T * T * beta * nckd, loss: T * T * (alpha * tckd + beta * nckd),
          taskNorm: norm(task), softNorm: norm(soft), decoupledNorm: norm(decoupled) } };
    }
    // Rows of classes, columns of bars side by side.
    function chart(id, columns, label) {
      const row = 18, left = 130, height = 34 + row * data.classes.length, gap = 14;
      const width = (svgNumber - left) / columns.length - gap;
      const svg = element("svg", { viewBox: `0 0 ${svgNumber} ${height}`, role: "img", "aria-label": label });
      const y = data.images[state.image].label;
      data.classes.forEach((name, i) => {
        const text = element("text", { x: left - 8, y: 30 + row * i + 4, "text-anchor": "end" },
          (i === y ? "▸ " : "") + name);
        svg.append(text);
      });
      columns.forEach(({ name, values, signed }, c) => {
        const from = left + c * (width + gap), room = width - 52;
        svg.append(element("text", { x: from, y: 14 }, name));
        const most = signed ? Math.max(...values.map(Math.abs), 1e-12) : 1;
        const zero = signed ? from + room / 2 : from, unit = signed ? room / 2 / most : room;
        svg.append(element("path", { class: "axis", d: `M${zero} 22V${height - 8}` }));
        values.forEach((v, i) => {
          const length = Math.abs(v) * unit;
          svg.append(element("rect", { class: v < 0 ? "negative" : "positive", x: v < 0 ? zero - length : zero,
            y: 24 + row * i, width: length, height: 12 }));
          svg.append(element("text", { x: from + width - 4, y: 30 + row * i + 4, "text-anchor": "end" },
            signed ? short(+v.toPrecision(3)) : (100 * v).toFixed(1) + " %"));
        });
      });
      byId(id).replaceChildren(svg);
    }
    function update() {
      const l = losses();
      window.result = l;
      chart("targets", [
        { name: "teacher, T = 1", values: l.at1 }, { name: `teacher, T = ${state.T}`, values: l.atT },
        { name: `student, T = ${state.T}`, values: l.student }], "what teacher and student say, by class");
      chart("gradients", [
        { name: "task", values: l.task, signed: true }, { name: "SoftTarget", values: l.soft, signed: true },
        { name: "DecoupledKD", values: l.decoupled, signed: true }], "gradients at the student's logits, by class");
      const n = l.numbers;
      const rows = [["SoftTarget, T²·KL", n.softLoss], ["DecoupledKD, label's part α·T²·TCKD", n.target],
        ["DecoupledKD, other classes' part β·T²·NCKD", n.others], ["DecoupledKD", n.loss],
        ["gradient of the task, length", n.taskNorm], ["gradient of SoftTarget, length", n.softNorm],
        ["gradient of DecoupledKD, length", n.decoupledNorm]];
      byId("numbers").innerHTML = rows.map(([name, value]) =>
        `<tr><th scope="row">${name}</th><td>${value.toFixed(4)}</td></tr>`).join("");
      document.querySelectorAll("button.image").forEach((button, i) =>
        button.setAttribute("aria-pressed", i === state.image));
    }
    data.images.forEach((image, i) => {
      const button = document.createElement("button");
      button.className = "image"; button.type = "button";
      button.setAttribute("aria-label", `test image ${image.number}: ${data.classes[image.label]}`);
      if (image.picture) {
        const picture = document.createElement("img");
        picture.src = "data:image/png;base64," + image.picture; picture.alt = "";
        button.append(picture);
      } else button.textContent = image.number;
      button.addEventListener("click", () => { state.image = i; update(); });
      byId("images").append(button);
    });
    for (const [key, name, min, max, step] of [["T", "temperature T", 0.5, 20, 0.5], ["alpha", "α", 0, 10, 0.5],
      ["beta", "β", 0, 20, 0.5]]) {
      const label = document.createElement("label");
      label.innerHTML = `${name} <input type="range" id="${key}" min="${min}" max="${max}" step="${step}" ` +
        `value="${state[key]}"> <output id="${key}-value">${state[key]}</output>`;
      byId("sliders").append(label);
      byId(key).addEventListener("input", event => {
        state[key] = +event.target.value; byId(key + "-value").value = state[key]; update();
      });
    }
    update();
    """#
}
