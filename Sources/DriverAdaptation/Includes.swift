// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Edits of `#include` lines.
struct Includes {
  let file: String
  let code: Code
  /// One per line: the header as written between its brackets, tokens of the directive.
  let all: [(header: String, token: Int, unit: CodeUnit)]

  init(file: String, code: Code) {
    (self.file, self.code) = (file, code)
    all = code.units.filter { $0.kind == .directive }.compactMap { unit in
      guard unit.tokens.count >= 3 else { return nil }
      let token = unit.tokens.lowerBound + 2
      guard code.tokens[token].kind == .headerName else { return nil }
      return (String(code.source.spelling(code.tokens[token]).dropFirst().dropLast()), token, unit)
    }
  }

  /// Another header in place of `header`; its line goes if the successor is there already or there is none.
  func replace(_ header: String, with successor: String, rule: String, isActive: (Int) -> Bool) -> [Edit] {
    let lines = LineTable(code.source.text)
    let hasSuccessor = successor.isEmpty || all.contains { $0.header == successor && isActive($0.token) }
    return all.filter { $0.header == header && isActive($0.token) }.map { include in
      let range = code.tokens[include.token].range
      if hasSuccessor {
        return Edit(
          file: file, range: lines.range(ofLine: lines.line(of: range.lowerBound)), replacement: "", rule: rule)
      }
      return Edit(file: file, range: range.lowerBound + 1..<range.upperBound - 1, replacement: successor, rule: rule)
    }
  }
}
