// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Decides, from what both kernels declare, what a complaint is about.
struct Resolver {
  var old: Knowledge
  var new: Knowledge
  var driver: [String: SourceText]
  var declarationsInTree: (String) -> [Declaration]

  func resolve(_ complaint: Complaint) -> Break {
    var result = complaint.unresolved
    chooseSymbol(&result, complaint)
    if let field = complaint.field, let cursor = new.cursor(complaint.unit, field) {
      result.container = cursor.container ?? result.container
    }
    switch result.kind {
    case .headerGone: header(&result, complaint.unit)
    case .functionGone, .nameGone, .typeGone: gone(&result, complaint.unit)
    case .fieldGone: fieldGone(&result, complaint)
    default:
      let name = query(result)
      result.before = old.declaration(name, in: complaint.unit)
      result.after = new.declaration(name, in: complaint.unit)
    }
    return result
  }

  private func query(_ result: Break) -> String {
    result.container.map { "\($0).\(result.symbol)" } ?? result.symbol
  }

  /// Among the words of the statement the one that the kernels declare differently is what the break turns on.
  private func chooseSymbol(_ result: inout Break, _ complaint: Complaint) {
    let unit = complaint.unit
    let macro = complaint.kernelMacro ?? complaint.candidates.first?.name
    if complaint.isGrammar || complaint.kind == .other, let macro,
      old.ofKernel(macro, in: unit).isEmpty, !new.ofKernel(macro, in: unit).isEmpty
    {
      result.symbol = macro
      result.kind = .nameClash
      return
    }
    guard !complaint.candidates.isEmpty else { return }
    if !complaint.symbol.isEmpty, hasChanged(complaint.symbol, unit) {
      adjustKind(&result, complaint.symbol, unit)
      return
    }
    for candidate in complaint.candidates {
      let container = candidate.place.flatMap { new.cursor(unit, $0)?.container }
      if candidate.place != nil, container == nil { continue }
      let name = container.map { "\($0).\(candidate.name)" } ?? candidate.name
      guard hasChanged(name, unit) else { continue }
      result.symbol = candidate.name
      result.container = container
      adjustKind(&result, name, unit)
      return
    }
  }

  private func hasChanged(_ name: String, _ unit: String) -> Bool {
    let before = old.signatures(name, in: unit)
    return !before.isEmpty && before.isDisjoint(with: new.signatures(name, in: unit))
  }

  /// Tells by the two types what changed: the result, the parameters, `const`, or all of it.
  private func adjustKind(_ result: inout Break, _ name: String, _ unit: String) {
    guard let before = old.ofKernel(name, in: unit).first, result.kind != .callbackPrototype, result.kind != .madeConst
    else { return }
    guard let after = new.ofKernel(name, in: unit).first else {
      result.kind = before.kind == "field" ? .fieldGone : before.kind.hasSuffix("function") ? .functionGone : .nameGone
      return
    }
    guard before.kind.hasSuffix("function"), after.kind.hasSuffix("function") else {
      let (left, right) = (before.type.replacing("const ", with: ""), after.type.replacing("const ", with: ""))
      result.kind = left == right && !left.isEmpty ? .madeConst : .typeChanged
      return
    }
    let returns = { (type: String) in type.prefix { $0 != "(" } }
    result.kind = returns(before.type) == returns(after.type) ? .arguments : .returnType
  }

  private func header(_ result: inout Break, _ unit: String) {
    result.before = old.declaration(result.symbol, in: unit)
    result.after = reachable(result, kinds: [.header])
    // A header of the driver's own that is not found: the include path is lost, not the header.
    if driver.keys.contains(where: { $0 == result.symbol || $0.hasSuffix("/" + result.symbol) }) {
      result.kind = .buildRule
    }
  }

  private func gone(_ result: inout Break, _ unit: String) {
    result.before = old.declaration(result.symbol, in: unit)
    result.after = new.declaration(result.symbol, in: unit)
    // A macro that is declared but was not expanded was called with the wrong number of arguments.
    if result.after?.kind == .macro, result.before?.kind == .macro {
      result.kind = .macroArity
      return
    }
    // What the unit declares it declares too late.
    let isAnnounced = result.after?.text.hasSuffix(";") == true
    if let found = isAnnounced ? nil : result.after ?? reachable(result, kinds: kinds(like: result)) {
      result.kind = .includeNotReached
      result.after = found
      return
    }
    if isAnnounced, let found = reachable(result, kinds: [.type]) {
      result.kind = .includeNotReached
      result.after = found
      return
    }
    switch result.before?.kind {
    case .function, .inlineFunction: result.kind = .functionGone
    case .type: result.kind = .typeGone
    case .macro, .enumerator, .variable: result.kind = .nameGone
    default: break
    }
  }

  private func fieldGone(_ result: inout Break, _ complaint: Complaint) {
    let name = query(result)
    result.before = old.declaration(name, in: complaint.unit)
    result.after = new.declaration(name, in: complaint.unit)
    // An incomplete structure: its definition may only be out of reach.
    guard complaint.message.hasPrefix("incomplete"), let container = result.container else { return }
    var structure = result
    structure.symbol = tag(container)
    guard let definition = reachable(structure, kinds: [.type]) else { return }
    result.kind = .includeNotReached
    result.symbol = structure.symbol
    result.container = nil
    result.before = old.declaration(structure.symbol, in: complaint.unit)
    result.after = definition
  }

  private func kinds(like result: Break) -> Set<Declaration.Kind> {
    switch result.kind {
    case .typeGone: [.type, .macro]
    case .functionGone: [.function, .inlineFunction, .macro]
    default: [.macro, .enumerator, .variable, .function, .inlineFunction, .type]
    }
  }

  /// The likeliest of the new kernel's declarations: where the old one was, else the most general folder.
  private func reachable(_ result: Break, kinds: Set<Declaration.Kind>) -> Declaration? {
    let all = declarationsInTree(result.symbol).filter { kinds.contains($0.kind) }
    func rank(_ declaration: Declaration) -> (Int, Int, Int, String) {
      let file = declaration.site.file
      return (
        file == result.before?.site.file ? 0 : 1, declaration.kind == result.before?.kind ? 0 : 1,
        file.hasPrefix("include/linux/") ? 0 : file.hasPrefix("include/") ? 1 : 2, file
      )
    }
    return all.min { rank($0) < rank($1) }
  }
}
