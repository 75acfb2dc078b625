// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// A field that was made const is passed on to the driver's own functions: parameters that only read it become const too.
struct ConstParameters {
  let symbol: SoughtSymbol
  let rule: String
  /// The driver's files as the target's preprocessor reads them.
  let codes: [String: Code]

  private struct Call: Hashable {
    var name: String
    var argument: Int
  }

  /// One edit for each definition and declaration of such a function, in the order of the files.
  func edits() -> [Edit] {
    var edits: [Edit] = []
    for file in codes.keys.sorted() {
      guard let code = codes[file] else { continue }
      for call in calls(code) {
        for edit in self.edits(call.name, call.argument, calledIn: file) where !edits.contains(edit) {
          edits.append(edit)
        }
      }
    }
    return edits
  }

  /// Functions that are called with the field itself, and as which argument.
  private func calls(_ code: Code) -> [Call] {
    guard symbol.container != nil else { return [] }
    var found: [Call] = []
    var seen: Set<Call> = []
    for call in code.tokens.indices.dropFirst() where code.tokens[call].punctuation == 0x28 {
      guard code.tokens[call - 1].kind == .identifier, case let close = Int(code.brackets.partner[call]), close > call
      else { continue }
      for (number, argument) in code.list(call + 1..<close).enumerated() {
        guard let field = argument.last, argument.count > 2, code.spells(field, symbol.name),
          FieldBase.structure(of: field, code) == symbol.container
        else { continue }
        let use = Call(name: code.source.spelling(code.tokens[call - 1]), argument: number)
        if seen.insert(use).inserted { found.append(use) }
      }
    }
    return found
  }

  /// None where the function is the kernel's, where its parameter is const already, or where it does more than read.
  private func edits(_ name: String, _ number: Int, calledIn file: String) -> [Edit] {
    let isOwn = codes[file].map { code in code.functions.contains { code.spells($0.name, name) } } ?? false
    let scope = isOwn ? [file] + codes.keys.filter { $0.hasSuffix(".h") && $0 != file }.sorted() : codes.keys.sorted()
    var edits: [Edit] = []
    var isDefined = false
    for path in scope {
      guard let code = codes[path] else { continue }
      for head in FunctionRewriting.Head.all(of: name, code) {
        guard let prototype = Prototype(head: head.start, name: head.name, code), number < prototype.parameters.count
        else { return [] }
        let parameter = prototype.parameters[number]
        let type = prototype.type(parameter)
        guard type.count(where: { $0 == "*" }) == 1, type.last == "*", !type.contains("const") else { return [] }
        if let body = head.body {
          guard let token = parameter.name, isRead(code.words[token], body, code) else { return [] }
          isDefined = true
        }
        let offset = Int(code.tokens[parameter.tokens.lowerBound].start)
        edits.append(Edit(file: path, range: offset..<offset, replacement: "const ", rule: rule))
      }
    }
    return isDefined ? edits : []
  }

  /// Every use is an element, and none is set, counted or pointed to.
  private func isRead(_ word: Int32, _ body: Range<Int>, _ code: Code) -> Bool {
    body.allSatisfy { token in
      guard code.words[token] == word else { return true }
      if code.isMember(token) { return true }
      guard code.punctuation(at: token + 1) == 0x5B, !code.isTouched(token),
        case let close = Int(code.brackets.partner[token + 1]), close > token
      else { return false }
      let mark = code.punctuation(at: close + 1)
      return !code.isAssignment(close + 1) && mark != punctuation("++") && mark != punctuation("--")
    }
  }
}
