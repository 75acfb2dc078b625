// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// A preprocessor condition that tells kernels with the new form from those with the old one.
struct CompatCondition: Hashable {
  /// What stands behind `#if` where the new form applies.
  var expression: String
  /// The opposite, written as people write it.
  var opposite: String
  /// For `HAVE_…`: what Kbuild has to try.
  var probe: CompatProbe?

  init(_ expression: String, opposite: String, probe: CompatProbe? = nil) {
    self.expression = expression
    self.opposite = opposite
    self.probe = probe
  }

  /// True where a macro is defined.
  init(defined name: String, probe: CompatProbe? = nil) {
    self.init("defined(\(name))", opposite: "!defined(\(name))", probe: probe)
  }

  /// True where a macro is not defined.
  init(undefined name: String, probe: CompatProbe? = nil) {
    self.init("!defined(\(name))", opposite: "defined(\(name))", probe: probe)
  }

  /// Whether it reads `LINUX_VERSION_CODE`.
  var asksVersion: Bool { expression.contains(BuildProtocol.versionCode) }

  /// `#ifdef`, `#ifndef` or `#if` in front of the new form, or of the old one.
  func directive(old: Bool = false) -> String {
    let text = old ? opposite : expression
    func name(after prefix: String) -> Substring? {
      guard text.hasPrefix(prefix), text.hasSuffix(")"), !text.contains("&&") else { return nil }
      return text.dropFirst(prefix.count).dropLast()
    }
    if let name = name(after: "defined(") { return "ifdef \(name)" }
    if let name = name(after: "!defined(") { return "ifndef \(name)" }
    return "if \(text)"
  }

  /// Both must hold. Where only one does the old form of both is right: the unadapted driver builds there.
  func and(_ other: CompatCondition) -> CompatCondition {
    expression == other.expression
      ? self
      : CompatCondition("\(expression) && \(other.expression)", opposite: "\(opposite) || \(other.opposite)")
  }
}

/// Finds the condition for a change, lightest first.
struct CompatConditions {
  let change: LogicalChange
  let target: KernelFacts
  let kept: [KernelFacts]
  /// Kernels that must get the old form; all the others may have either, for the unadapted driver builds on them.
  let needing: [KernelFacts]
  /// The change stands outside of all functions, everywhere.
  let atFileScope: Bool

  /// A test of the preprocessor that the source can make by itself.
  var source: CompatCondition? {
    if change.rule.kind == .include { return header }
    let symbol = change.rule.symbol
    if let name = change.arrivals.first(where: { name in tells { $0.isMacro(name) } }) {
      return CompatCondition(defined: name)
    }
    // A field is not a macro of that name.
    guard change.container == nil else { return nil }
    return tells { $0.isMacro(symbol).map { !$0 } } ? CompatCondition(undefined: symbol) : nil
  }

  private var header: CompatCondition? {
    func test(_ header: String) -> String { "__has_include(<\(header)>)" }
    if let new = change.newHeader, tells({ $0.has(header: new) }) {
      return CompatCondition(test(new), opposite: "!\(test(new))")
    }
    guard let old = change.oldHeader, tells({ !$0.has(header: old) }) else { return nil }
    return CompatCondition("!\(test(old))", opposite: test(old))
  }

  /// A macro that Kbuild defines after trying a few lines of code.
  var probed: CompatCondition? {
    for name in change.arrivals + [change.rule.symbol] {
      for container in containers(of: name) where tells({ !$0.usable(name, in: container).isEmpty }) {
        let found = target.usable(name, in: container).lazy
        if let probe = found.compactMap({ CompatProbe(existing: $0, on: target, unlike: change.rule.symbol) }).first {
          return CompatCondition(defined: probe.macro, probe: probe)
        }
      }
    }
    return goneProbe ?? typeProbe ?? declarerProbe
  }

  /// As what a name may be there: a field of the change's structure, a name of its own, a field of another structure
  /// (if few have one).
  private func containers(of name: String) -> [String?] {
    if name == change.rule.symbol, let own = change.container { return [own] }
    let fields = (target.declared[name] ?? []).filter { $0.kind == .field }.compactMap(\.container)
    var result: [String?] = [nil]
    if let own = change.container { result.insert(own, at: 0) }
    if fields.count <= 4 { result += fields.filter { $0 != change.container } }
    return result
  }

  /// The old symbol is still there where the old form is needed, and only there.
  private var goneProbe: CompatCondition? {
    let (name, container) = (change.rule.symbol, change.container)
    guard tells({ $0.usable(name, in: container).isEmpty }) else { return nil }
    let old = needing.flatMap { kernel in kernel.usable(name, in: container).map { (kernel, $0) } }
    return old.lazy.compactMap { CompatProbe(existing: $1, on: $0) }.first.map {
      CompatCondition(undefined: $0.macro, probe: $0)
    }
  }

  /// The same name with another type.
  private var typeProbe: CompatCondition? {
    for name in [change.rule.symbol] + change.arrivals {
      for container in containers(of: name) {
        guard let new = target.usable(name, in: container).first(where: { $0.kind != .macro }),
          tells({ $0.usable(name, in: container).contains { $0.text == new.text } }),
          let probe = CompatProbe(type: new, on: target)
        else { continue }
        return CompatCondition(defined: probe.macro, probe: probe)
      }
    }
    return nil
  }

  /// The same macro with other arguments, used as a declaration.
  private var declarerProbe: CompatCondition? {
    guard atFileScope, let new = target.usable(change.rule.symbol, in: nil).first, new.kind == .macro,
      tells({ $0.usable(new.name, in: nil).contains { $0.text == new.text } }),
      let probe = CompatProbe(declarer: change.right, of: new, on: target)
    else { return nil }
    return CompatCondition(defined: probe.macro, probe: probe)
  }

  /// `LINUX_VERSION_CODE`, with the interval in which the change came.
  var version: (condition: CompatCondition, interval: String)? {
    guard let last = needing.map(\.version).max(),
      let first = ([target] + kept).map(\.version).filter({ $0 > last }).min()
    else { return nil }
    // A whole series where that parts them, else the release within it.
    let parts = (first.numbers + [0, 0]).prefix(first.numbers.prefix(2) == last.numbers.prefix(2) ? 3 : 2)
    let numbers = (parts + [0]).prefix(3).map(String.init)
    let code = "\(BuildProtocol.versionMacro)(\(numbers.joined(separator: ", ")))"
    return (
      CompatCondition("\(BuildProtocol.versionCode) >= \(code)", opposite: "\(BuildProtocol.versionCode) < \(code)"),
      "after \(last) and not later than \(first)"
    )
  }

  /// Whether a test is true on the target and false on every kernel that needs the old form.
  private func tells(_ isNew: (KernelFacts) -> Bool?) -> Bool {
    isNew(target) == true && needing.allSatisfy { isNew($0) == false }
  }
}
