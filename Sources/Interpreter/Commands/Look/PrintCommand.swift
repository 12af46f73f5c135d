import Language

extension Command {
  static let print = Command(
    "print", "print a text, in which a notebook's $parameters have their values",
    operands: [Operand("text in quotation marks", .text)],
    examples: ["print \"two epochs, then integers\""],
    footprint: { _, _ in .nothing }
  ) { arguments, _ in
    Plan { _, console in
      console.put(.print(arguments.text(at: 0) ?? ""))
      return .done
    }
  }
}
