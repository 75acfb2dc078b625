// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

extension APIChange {
  /// What changed in a few words, as somebody would tell it who is asked in passing.
  package var sentence: String {
    let call = "\(symbol)()"
    switch kind {
    case .functionGone: return "\(call) is gone"
    case .arguments, .macroArity: return "\(call) \(argumentWords)"
    case .returnType: return "\(call) has another result"
    case .form: return "\(call) has another form"
    case .callbackPrototype: return "\(name) has another prototype"
    case .fieldGone, .typeGone, .nameGone, .headerGone: return "\(name) is gone"
    case .fieldRenamed, .headerMoved: return "\(name) is \(successor ?? "called otherwise") now"
    case .typeChanged: return "\(name) has another type"
    case .madeConst: return "\(name) is const"
    case .madeOpaque: return "\(name) is opaque"
    case .moved: return "\(name) is declared in \(successor ?? "another header") now"
    case .unexported: return "\(name) is no longer exported"
    case .gplOnly: return "\(name) is for modules under the GPL only"
    case .namespace: return "\(symbol) is in \(container ?? "no namespace") now"
    case .buildVariable: return "Kbuild no longer reads \(symbol)"
    case .configGone: return "CONFIG_\(symbol) is gone"
    case .semantic: return "\(symbol): \(statement ?? "another meaning")"
    }
  }

  private var argumentWords: String {
    func count(_ declaration: Declaration?) -> Int? {
      declaration.map { Signature($0) }.flatMap { $0.parameters?.count ?? $0.arity }
    }
    guard let old = count(before), let new = count(after), old != new else { return "takes other arguments" }
    let number = abs(old - new)
    return "\(old > new ? "lost" : "got") \(number == 1 ? "an argument" : "\(number) arguments")"
  }
}
