// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Two declarations of one name that differ: what kind of change that is.
enum Comparison {
  /// Nil where whoever uses the name sees no difference.
  static func kind(_ before: Declaration, _ after: Declaration) -> APIChange.Kind? {
    if before.kind == .export || after.kind == .export { return export(before, after) }
    let (old, new) = (Signature(before), Signature(after))
    let functions: Set<Declaration.Kind> = [.function, .inlineFunction]
    switch (before.kind, after.kind) {
    case (.macro, .macro): return old.arity == new.arity || new.isOpen ? nil : .macroArity
    case (.macro, _) where functions.contains(after.kind), (_, .macro) where functions.contains(before.kind):
      return form(old, new)
    case (.macro, _), (_, .macro), (.enumerator, _), (_, .enumerator):
      // A name for a value stays one.
      return old.arity == nil && new.arity == nil ? nil : .macroArity
    default: break
    }
    guard old != new else { return nil }
    let isConstAlone = old.withoutConst == new.withoutConst
    guard let left = old.parameters, let right = new.parameters else {
      if isConstAlone { return new.constCount > old.constCount ? .madeConst : nil }
      return .typeChanged
    }
    // The driver's own function has to have the very prototype.
    if before.kind == .field { return isConstAlone ? .madeConst : .callbackPrototype }
    if left == right { return .returnType }
    return isConstAlone && promisesMore(old, new) ? nil : .arguments
  }

  /// A function that takes a pointer to const now takes what it took before.
  private static func promisesMore(_ old: Signature, _ new: Signature) -> Bool {
    guard let left = old.parameters, let right = new.parameters, old.result == new.result else { return false }
    func count(_ words: [String]) -> Int { words.count { $0 == "const" } }
    return zip(left, right).allSatisfy { count($0) <= count($1) }
  }

  /// Callers see no difference where the macro takes as many arguments as the function.
  private static func form(_ old: Signature, _ new: Signature) -> APIChange.Kind? {
    guard let before = old.arity ?? old.parameters?.count, let after = new.arity ?? new.parameters?.count else {
      return .form
    }
    return before == after || new.isOpen ? nil : .arguments
  }

  private static func export(_ before: Declaration, _ after: Declaration) -> APIChange.Kind? {
    guard before.kind == after.kind else { return nil }
    if let namespace = after.container, namespace != before.container { return .namespace }
    func isGPL(_ declaration: Declaration) -> Bool {
      declaration.text.prefix { $0 != "(" }.split(separator: "_").contains("GPL")
    }
    return isGPL(after) && !isGPL(before) ? .gplOnly : nil
  }
}
