// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Holds API changes against what a driver uses.
package struct Prediction {
  private let uses: DriverUses
  private let isInTree: Bool

  /// - Parameter isInTree: it is one file of the kernel's own tree, which sees what no driver outside of it does, and whose
  ///   functions may be defined anywhere.
  package init(_ uses: DriverUses, isInTree: Bool = false) { (self.uses, self.isInTree) = (uses, isInTree) }

  /// The places that the changes break, by file and line; the likelier first where several changes meet one place.
  package func forecasts(of changes: [APIChange]) -> [Forecast] {
    let all = changes.filter { $0.isPublic || isInTree }.flatMap(forecasts)
    var best: [String: Forecast] = [:]
    for forecast in all {
      let key = "\(forecast.site) \(forecast.change.symbol)"
      if best[key].map({ $0.certainty < forecast.certainty }) ?? true { best[key] = forecast }
    }
    return best.values.sorted { left, right in
      (left.site, right.certainty, left.change.symbol) < (right.site, left.certainty, right.change.symbol)
    }
  }

  /// What has to be known of a driver to hold changes against it.
  package struct Question: Sendable, Hashable {
    /// A driver that uses none of these can't be hit.
    package var hits: Set<String> = []
    /// What else is asked for then; nil: all that the driver uses.
    package var besides: Set<String>? = []
  }

  package static func question(_ changes: [APIChange]) -> Question {
    changes.filter(\.isPublic).reduce(into: Question()) { question, change in
      let tag = change.container?.split(separator: " ").last.map(String.init)
      switch change.kind {
      case .configGone: question.hits.insert("CONFIG_" + change.symbol)
      case .madeOpaque:
        question.hits.insert(change.symbol)
        question.besides = nil
      default:
        question.hits.formUnion(names(of: change))
        question.besides?.formUnion([tag, change.successor].compactMap { $0 })
      }
    }
  }

  private func forecasts(of change: APIChange) -> [Forecast] {
    Self.names(of: change).flatMap { uses[$0] }.compactMap { use in
      guard let (certainty, reason) = judge(use, change) else { return nil }
      return Forecast(
        site: Site(file: use.file, line: use.line), certainty: certainty, reason: reason, change: change)
    } + opaque(change)
  }

  /// Names of which a file that the change breaks holds one of each group.
  package static func groups(_ change: APIChange) -> [Set<String>] {
    let symbol = change.kind == .configGone ? ["CONFIG_" + change.symbol] : Set(names(of: change))
    let isField = change.before?.kind == .field || change.after?.kind == .field
    guard isField, let tag = change.container?.split(separator: " ").last else { return [symbol] }
    return [symbol, [String(tag)]]
  }

  /// The build makes `asm/x.h` out of `asm-generic/x.h` where an architecture has none of its own.
  private static func names(of change: APIChange) -> [String] {
    let generic = "asm-generic/"
    guard change.symbol.hasPrefix(generic) else { return [change.symbol] }
    return [change.symbol, "asm/" + change.symbol.dropFirst(generic.count)]
  }

  private typealias Judgement = (Forecast.Certainty, String)

  private func judge(_ use: Use, _ change: APIChange) -> Judgement? {
    if isField(change) { return field(use, change) }
    let name = change.symbol
    switch (change.kind, use.kind) {
    case (.headerGone, .include), (.headerMoved, .include):
      return (.likely, "includes \(name), which \(change.successor.map { "is \($0) now" } ?? "is gone")")
    case (.buildVariable, .build):
      return use.file.hasSuffix(".c") || use.file.hasSuffix(".h")
        ? nil : (.likely, "sets \(name), which Kbuild no longer reads")
    case (.functionGone, .call), (.functionGone, .name): return (.likely, "\(name)() is gone")
    case (.nameGone, .call), (.nameGone, .name):
      let isNamed =
        [.macro, .enumerator].contains(change.before?.kind) || change.before?.text.hasPrefix("extern") ?? false
      return isNamed ? (.likely, "\(name) is gone") : nil
    case (.typeGone, .name), (.typeGone, .tag):
      let isTypedef = change.before?.text.hasPrefix("typedef") ?? false
      return isTypedef == (use.kind == .name) ? (.likely, "\(name) is gone") : nil
    case (.typeGone, .call): return (.possible, "\(name) is gone")
    case (.arguments, .call), (.macroArity, .call): return arguments(use, change)
    case (.arguments, .name), (.macroArity, .name): return (.possible, "\(name) takes other arguments")
    case (.returnType, .call), (.returnType, .name): return result(use, change)
    case (.typeChanged, .name), (.typeChanged, .call), (.madeConst, .name):
      let isDeclared = ["extern", "typedef"].contains { change.before?.text.hasPrefix($0) ?? false }
      return isDeclared ? (.possible, "\(name) has another type") : nil
    case (.form, .call), (.form, .name): return (.possible, "\(name) has another form")
    case (.unexported, .call), (.unexported, .name): return (.likely, "\(name) is no longer exported to modules")
    case (.gplOnly, .call), (.gplOnly, .name):
      let isGPL = !uses.statements.licences.isEmpty && uses.statements.licences.isSubset(of: BuildProtocol.gplLicenses)
      return isGPL ? nil : (.likely, "\(name) is exported to modules under the GPL only")
    case (.namespace, .call), (.namespace, .name):
      let space = change.container?.split(separator: " ").last.map(String.init) ?? ""
      return uses.statements.imports.contains(space) ? nil : (.likely, "\(name) is in the namespace \(space) now")
    case (.moved, .call), (.moved, .name), (.moved, .tag): return moved(change)
    case (.configGone, _): return nil
    case (.semantic, .call): return (.possible, change.statement ?? "the message asks something of callers")
    default: return nil
    }
  }

  /// Configuration symbols are asked for under their prefix; structures are seen by their fields.
  private func opaque(_ change: APIChange) -> [Forecast] {
    switch change.kind {
    case .configGone:
      return uses["CONFIG_" + change.symbol].map { use in
        Forecast(
          site: Site(file: use.file, line: use.line), certainty: .possible,
          reason: "the configuration has no \(change.symbol) any more", change: change)
      }
    case .madeOpaque:
      guard let before = change.before?.text else { return [] }
      return uses.names.flatMap { name in
        uses[name].filter { [.member, .designator].contains($0.kind) && $0.container == before }.map { use in
          Forecast(
            site: Site(file: use.file, line: use.line), certainty: .likely,
            reason: "\(name) can't be seen: \(before) is opaque", change: change)
        }
      }
    default: return []
    }
  }

  // MARK: Functions and macros

  private func arguments(_ use: Use, _ change: APIChange) -> Judgement? {
    let (before, after) = (change.before.flatMap(Self.arity), change.after.flatMap(Self.arity))
    guard let passed = use.arguments, let before, let after, !after.isOpen else {
      return (.likely, "\(change.symbol)() takes other arguments")
    }
    if passed == after.count, before.count != after.count { return nil }
    let words = "\(change.symbol)() takes \(after.count) argument\(after.count == 1 ? "" : "s")"
    if passed != after.count { return (.likely, "\(words), \(passed) \(passed == 1 ? "is" : "are") passed") }
    let isExchanged = FunctionType(change.before).flatMap { old in
      FunctionType(change.after).map { old.exchangesStructures(with: $0) }
    }
    return (isExchanged ?? false ? .likely : .possible, "\(change.symbol)() takes arguments of other types")
  }

  private func result(_ use: Use, _ change: APIChange) -> Judgement? {
    let isVoid = change.after?.text.contains(/\bvoid\s+\w+\s*\(/) ?? false
    guard isVoid else { return (.possible, "\(change.symbol)() has another result") }
    return use.isValueUsed && use.kind == .call
      ? (.likely, "\(change.symbol)() has no result any more, which is used here") : nil
  }

  /// Who includes the header that had it gets it no more, unless another one brings it.
  private func moved(_ change: APIChange) -> Judgement? {
    guard let successor = change.successor, uses[successor].isEmpty else { return nil }
    return (.possible, "\(change.symbol) is declared in \(successor) now")
  }

  /// How many arguments a function or macro takes, and whether there may be more.
  private static func arity(_ declaration: Declaration) -> (count: Int, isOpen: Bool)? {
    var spellings = Spellings()
    let code = Code(declaration.text, &spellings)
    guard let name = code.tokens.indices.first(where: { code.spells($0, declaration.name) }),
      code.punctuation(at: name + 1) == 0x28, case let close = Int(code.brackets.partner[name + 1]), close > name
    else { return nil }
    let list = code.list(name + 2..<close).filter { !$0.isEmpty }
    let isVoid = list.count == 1 && code.spelled(list[0]) == "void"
    return (isVoid ? 0 : list.count, declaration.text.contains("..."))
  }

  // MARK: Fields

  private func isField(_ change: APIChange) -> Bool { change.before?.kind == .field || change.after?.kind == .field }

  /// How likely the function that is assigned does not fit; nil where it has the new prototype.
  private func callback(_ use: Use, _ change: APIChange) -> Forecast.Certainty? {
    guard use.isSet else { return .possible }
    guard let wanted = FunctionType(change.after), let own = use.types else {
      return isInTree ? .possible : .likely
    }
    guard own.contains(wanted) else { return .likely }
    return own.count == 1 ? nil : .possible
  }

  /// The driver names the structure somewhere.
  private func isNamed(_ container: String) -> Bool {
    let tag = container.split(separator: " ").last.map(String.init) ?? ""
    return uses[tag].contains { $0.kind == .tag || $0.kind == .name }
  }

  private func field(_ use: Use, _ change: APIChange) -> Judgement? {
    guard [.member, .designator].contains(use.kind) else { return nil }
    let isKnown = use.container != nil && use.container == change.container
    if !isKnown {
      // Another structure's, as far as can be seen, or perhaps the driver's own.
      guard use.container == nil || change.container == nil, !uses.hasField(change.symbol),
        change.container.map(isNamed) ?? true
      else { return nil }
    }
    let name = change.name
    func judged(_ certainty: Forecast.Certainty, _ words: String) -> Judgement {
      (isKnown ? certainty : .possible, "\(name) \(words)")
    }
    switch change.kind {
    case .fieldGone: return judged(.likely, "is gone")
    case .fieldRenamed: return judged(.likely, "is \(change.successor ?? "another name") now")
    case .callbackPrototype: return callback(use, change).map { judged($0, "has another prototype") }
    case .typeChanged: return judged(.possible, "has another type")
    case .madeConst:
      guard change.before?.text.contains("(*") ?? false else {
        return use.isSet ? judged(.likely, "is const, and set here") : nil
      }
      return use.isSet ? callback(use, change).map { judged($0, "has another prototype") } : nil
    default: return nil
    }
  }
}
