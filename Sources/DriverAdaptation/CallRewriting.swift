// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// The driver's own calls of a function whose prototype changes.
struct CallRewriting: TokenPlaces {
  let file: String
  let code: Code
  let rule: String
  let change: PrototypeChange
  private(set) var edits: [Edit] = []
  private(set) var flags: [Flag] = []

  init(file: String, code: Code, rule: String, change: PrototypeChange) {
    (self.file, self.code, self.rule, self.change) = (file, code, rule, change)
  }

  /// What a call passes for a parameter that no function of the driver reads yet: any value does, nothing says so best.
  private func nothing(_ number: Int) -> String {
    change.after.type(change.after.parameters[number]).last == "*" ? "NULL" : "0"
  }

  /// False where the call has not the old prototype's arguments. `name` is the token before the parenthesis.
  mutating func rewrite(_ name: Int, _ site: Site) -> Bool {
    let (open, close) = (name + 1, Int(code.brackets.partner[name + 1]))
    guard close > open else { return false }
    let arguments = code.list(open + 1..<close)
    guard arguments.count == change.before.parameters.count else { return false }
    let staysFull = change.steps.contains { if case .keep = $0 { true } else { false } }
    var last: Int?
    for step in change.steps {
      switch step {
      case .keep(let old, _): last = old
      case .insert(let new):
        if let last {
          insert(", " + nothing(new), at: code.tokens[arguments[last].upperBound - 1].range.upperBound)
        } else {
          insert(nothing(new) + (staysFull ? ", " : ""), at: code.tokens[open].range.upperBound)
        }
      case .remove(let old):
        let own = arguments[old]
        if own.contains(where: { code.tokens[$0].punctuation == punctuation("(") }) {
          flags.append(Flag(.argumentLost, "\(site): what the call computed for a lost parameter is not computed now"))
        }
        let range =
          old + 1 < arguments.count
          ? start(own.lowerBound)..<start(arguments[old + 1].lowerBound)
          : (old > 0 ? end(arguments[old - 1].upperBound - 1) : start(own.lowerBound))..<end(own.upperBound - 1)
        edits.append(Edit(file: file, range: range, replacement: "", rule: rule))
      }
    }
    return true
  }

  private mutating func insert(_ text: String, at offset: Int) {
    edits.append(Edit(file: file, range: offset..<offset, replacement: text, rule: rule))
  }

}
