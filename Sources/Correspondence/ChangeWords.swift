// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What is said about one API change, by its kind alone: nothing here knows a symbol.
struct ChangeWords {
  let change: ChangeReport
  private let first: Break?

  init(_ change: ChangeReport) {
    self.change = change
    first = change.breaks.first { $0.cause == nil } ?? change.breaks.first
  }

  var kind: Break.Kind { first?.kind ?? .other }

  /// The symbol as people write it: `old_call()`, `<linux/foo.h>`, `.field`, `FLAG`.
  var name: String { Self.written(symbol, kind: kind, declaration: first?.before ?? first?.after) }

  /// What broke, a clause without a full stop.
  var problem: String {
    switch kind {
    case .functionGone, .nameGone, .typeGone, .headerGone: "\(name) is gone"
    case .arguments: "\(name) takes other arguments"
    case .returnType: "\(name) returns another type"
    case .callbackPrototype: "the prototype of \(name)\(ofContainer) changed"
    case .fieldGone: container.isEmpty ? "the field \(symbol) is gone" : "\(container) has no field \(symbol) any more"
    case .typeChanged: "the type of \(name)\(ofContainer) changed"
    case .macroArity: "the macro \(name) takes another number of arguments"
    case .includeNotReached: "the header that declares \(name) is no longer included by the others"
    case .condition: "\(name), which a condition asks for, is no longer defined"
    case .nameClash: "the kernel has a \(name) of its own now"
    case .madeConst: "\(name)\(ofContainer) is const now"
    case .unexported: "\(name) is no longer exported to modules"
    case .namespace: "\(name) is in a symbol namespace that the driver does not import"
    case .buildRule, .other: PlainText.line(first?.message ?? "the build fails", limit: 160)
    }
  }

  /// The problem as the beginning of a sentence; the names of symbols keep their case.
  var sentence: String {
    let isProse = ["the ", "a "].contains { problem.hasPrefix($0) }
    return isProse ? problem.prefix(1).uppercased() + problem.dropFirst() : problem
  }

  /// Titles without the driver's name, the most telling first, the shortest last.
  var titles: [String] {
    let new = replacements
    var titles: [String] = []
    switch kind {
    case .functionGone, .nameGone, .typeGone, .fieldGone, .unexported:
      let old = kind == .fieldGone && !container.isEmpty ? "\(symbol) of \(container)" : name
      if new.isEmpty {
        let verb = isDropped ? "drop" : "replace"
        titles = ["\(verb) \(old)", "\(verb) \(name)"]
      } else {
        titles = [
          "use \(PlainText.list(new)) instead of \(old)", "use \(new[0]) instead of \(name)", "use \(new[0])",
          "replace \(name)",
        ]
      }
    case .headerGone:
      titles =
        new.isEmpty
        ? ["do not include \(name)"] : ["include \(new[0]) instead of \(name)", "include \(new[0])", "replace \(name)"]
    case .includeNotReached: titles = new.isEmpty ? [] : ["include \(new[0]) for \(name)", "include \(new[0])"]
    case .arguments:
      // The structure that a variable became: the call itself may say what it said.
      let structure = change.rule?.kind == .declaration ? new.first { $0.hasPrefix("struct ") } : nil
      titles =
        structure.map { ["pass \($0) to \(name)"] } ?? [
          "adapt the calls of \(name) to its new arguments", "adapt the calls of \(name)",
        ]
    case .macroArity: titles = ["adapt the uses of \(name) to its new arguments", "adapt the uses of \(name)"]
    case .returnType: titles = ["adapt to the new return type of \(name)"]
    case .callbackPrototype:
      titles = ["adapt \(name)\(ofContainer) to its new prototype", "adapt \(name) to its new prototype"]
    case .typeChanged: titles = ["adapt to the new type of \(name)\(ofContainer)", "adapt to the new type of \(name)"]
    case .condition:
      titles = new.isEmpty ? ["do not ask for \(name)"] : ["ask for \(new[0]) as well as \(name)", "ask for \(new[0])"]
    case .nameClash: titles = ["rename \(name), which the kernel now has", "rename \(name)"]
    case .madeConst:
      titles =
        new.isEmpty
        ? ["treat \(name)\(ofContainer) as const", "treat \(name) as const"]
        : ["set \(name)\(ofContainer) with \(new[0])", "set \(name) with \(new[0])"]
    case .namespace: titles = ["import the namespace of \(name)", "import a symbol namespace"]
    case .buildRule: titles = ["adapt the build rules"]
    case .other: titles = ["adapt to the new \(name)"]
    }
    return titles
  }

  /// What is done about it, in the imperative, as the beginning of a sentence; empty where no title says it.
  var action: String { titles.first.map { $0.prefix(1).uppercased() + $0.dropFirst() } ?? "" }

  /// Files of the kernel that show the conversion, at most three.
  var exampleFiles: [String] {
    var files: [String] = []
    for example in change.rule?.examples ?? [] where !files.contains(example.site.file) {
      files.append(PlainText.line(example.site.file, limit: 100))
    }
    return Array(files.prefix(3))
  }

  /// Where the driver uses it: one place or two, or the first and how many more.
  var places: String {
    let sites = Set(change.breaks.filter { $0.cause == nil }.map(\.site)).sorted()
    guard let site = sites.first else { return "" }
    if sites.count < 3 { return PlainText.list(sites.map { PlainText.line($0.description) }) }
    return PlainText.line(site.description) + " and \(sites.count - 1) more places"
  }

  private var symbol: String {
    let own = first?.symbol ?? ""
    return PlainText.line(own.isEmpty ? change.rule?.symbol ?? "" : own, limit: 80)
  }
  private var container: String { PlainText.line(first?.container ?? "", limit: 80) }
  private var ofContainer: String { container.isEmpty ? "" : " of \(container)" }

  /// What stands there now, as people write it.
  private var replacements: [String] {
    (change.rule?.introduces ?? []).filter { $0 != first?.symbol }.prefix(2).map { new in
      let text = PlainText.line(new, limit: 80)
      if text.hasPrefix("<") || text.hasSuffix("()") { return text }
      if text.hasSuffix(".h") { return "<\(text)>" }
      return isCall(text) ? "\(text)()" : text
    }
  }

  /// True if nothing takes the symbol's place.
  private var isDropped: Bool {
    guard let rule = change.rule, !rule.smpl.isEmpty else { return true }
    return rule.kind == .operand || !rule.smpl.split(separator: "\n").contains { $0.hasPrefix("+") }
  }

  /// True if the rule's new text calls the name.
  private func isCall(_ name: String) -> Bool {
    guard let rule = change.rule else { return kind == .functionGone }
    let text = rule.smpl.isEmpty ? rule.summary : rule.smpl
    return text.split(separator: "\n").contains { line in
      (rule.smpl.isEmpty || line.hasPrefix("+")) && calls(String(line), name)
    }
  }

  private func calls(_ line: String, _ name: String) -> Bool {
    let bytes = Array(line.utf8)
    let wanted = Array(name.utf8)
    guard !wanted.isEmpty, bytes.count > wanted.count else { return false }
    func isWord(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
    for start in 0..<(bytes.count - wanted.count) where bytes[start...].starts(with: wanted) {
      if start > 0, isWord(bytes[start - 1]) { continue }
      if bytes[start + wanted.count] == 0x28 { return true }
    }
    return false
  }

  private static func written(_ symbol: String, kind: Break.Kind, declaration: Declaration?) -> String {
    switch kind {
    case .headerGone: return symbol.hasPrefix("<") || symbol.hasPrefix("\"") ? symbol : "<\(symbol)>"
    case .functionGone, .arguments, .macroArity: return symbol + "()"
    case .callbackPrototype: return declaration?.kind == .function ? symbol + "()" : "." + symbol
    default: break
    }
    switch declaration?.kind {
    case .function, .inlineFunction: return symbol + "()"
    case .macro: return declaration?.text.contains("\(symbol)(") ?? false ? symbol + "()" : symbol
    default: return symbol
    }
  }
}
