// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Which kernels need the old form of a change.
struct CompatNeed {
  /// Kept kernels on which the new form does not build.
  var failing: [KernelFacts]
  /// Kept kernels on which the new form builds but would mean something else.
  var meaning: [KernelFacts]

  init(_ change: LogicalChange, kept: [KernelFacts], files: [String: SourceText]) {
    failing = kept.filter { $0.failing.contains(change.rule.id) }
    meaning = kept.filter { kernel in
      !kernel.failing.contains(change.rule.id) && change.isDeletion && Self.matters(change, kernel, files)
    }
  }

  var all: [KernelFacts] { failing + meaning }

  /// Whether what a deletion takes away did something on the kernel.
  private static func matters(_ change: LogicalChange, _ kernel: KernelFacts, _ files: [String: SourceText]) -> Bool {
    let symbol = kernel.declared[change.rule.symbol] ?? []
    guard symbol.allSatisfy({ $0.kind == .field }) else { return !kernel.isNull(change.rule.symbol) }
    guard !symbol.isEmpty else { return false }
    // A field: what matters is the value that it was given.
    let values = change.values(files)
    return values.isEmpty || values.contains { !kernel.isNull($0) }
  }
}

extension KernelFacts {
  /// Whether a name is a null constant here: spelled so, or a macro that is nothing else.
  func isNull(_ name: String) -> Bool {
    if Self.isNullText(name) { return true }
    let declarations = declared[name] ?? []
    return !declarations.isEmpty
      && declarations.allSatisfy { $0.kind == .macro && ($0.body.isEmpty || Self.isNullText($0.body)) }
  }

  private static func isNullText(_ text: String) -> Bool {
    var plain = text.filter { $0 != " " }
    if ["((void*)0)", "(void*)0"].contains(plain) { return true }
    while plain.hasPrefix("("), plain.hasSuffix(")") { plain = String(plain.dropFirst().dropLast()) }
    return ["NULL", "0", "0U", "0L", "0UL", "0x0", "false"].contains(plain)
  }

  /// A macro here whatever the configuration; nil where it may be a macro or not.
  func isMacro(_ name: String) -> Bool? {
    let kinds = (declared[name] ?? []).map(\.kind).filter { $0 != .field && $0 != .export && $0 != .other }
    if !kinds.contains(.macro) { return false }
    return kinds.allSatisfy { $0 == .macro } ? true : nil
  }

  func has(header: String) -> Bool { declared[header]?.contains { $0.kind == .header } ?? false }

  /// What code can use under this name, as a field of `container` or as a name of its own.
  func usable(_ name: String, in container: String?) -> [Declaration] {
    (declared[name] ?? []).filter { item in
      switch item.kind {
      case .field: container != nil && item.container == container
      case .export, .other, .header: false
      default: container == nil
      }
    }
  }
}
