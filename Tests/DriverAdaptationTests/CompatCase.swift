// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import DriverAdaptation
import KernelModel

/// A driver, the changes that a search made to it, and what the kernels say.
struct CompatCase: Sendable, CustomStringConvertible {
  var name: String
  var files: [String: String]
  var changes: [Change]
  var kernels: [Facts]
  var style = CompatStyle.auto

  var description: String { name }

  /// One rule and the texts that it replaces, wherever they stand.
  struct Change: Sendable {
    var symbol: String
    var kind: Rule.Kind
    var left: String
    var right: String
    var before: [String] = []
    var introduces: [String] = []
    var container: String?
    /// Old text, new text.
    var texts: [(String, String)]
  }

  /// A kernel; the first of a case is the target.
  struct Facts: Sendable {
    var name: String
    var failing: [String] = []
    var declared: [Declaration] = []

    /// What both say, of the kernel on the right.
    static func + (left: Self, right: Self) -> Self {
      .init(name: right.name, failing: left.failing + right.failing, declared: left.declared + right.declared)
    }
  }

  /// The plan, everything in CRLF if asked.
  func plan(crlf: Bool, prelude: [String] = []) -> (plan: CompatPlan, files: [String: SourceText]) {
    func ended(_ text: String) -> String { crlf ? text.replacing("\n", with: "\r\n") : text }
    let files = files.mapValues { SourceText(ended($0).utf8) }
    let changes = changes.map { change in
      LogicalChange(
        rule: Rule(
          id: change.symbol, symbol: change.symbol, kind: change.kind, smpl: "", summary: "", support: 3,
          confidence: 1, opportunities: 3, examples: [], replay: .init(reproduced: 1, tried: 1),
          introduces: change.introduces, flags: []),
        left: change.left, right: change.right, before: change.before, container: change.container,
        edits: files.keys.sorted().flatMap { file in
          change.texts.flatMap { old, new in
            Self.places(of: ended(old), in: files[file] ?? []).map {
              Edit(file: file, range: $0..<$0 + ended(old).utf8.count, replacement: ended(new), rule: change.symbol)
            }
          }
        })
    }
    var facts = kernels.map { kernel in
      KernelFacts(
        name: kernel.name, version: KernelVersion(kernel.name)!, failing: Set(kernel.failing),
        declared: Dictionary(grouping: kernel.declared, by: \.name))
    }
    facts[0].prelude = prelude
    return (
      CompatPlan.plan(changes, style: style, files: files, target: facts[0], kept: Array(facts.dropFirst())), files
    )
  }

  /// The driver with the plan applied.
  static func result(_ plan: CompatPlan, _ files: [String: SourceText]) -> [String: SourceText] {
    var result = plan.support.newFiles
    for (path, text) in files {
      let edits = plan.edits.filter { $0.file == path }
      switch applying(edits, to: text) {
      case .success(let text): result[path] = text
      case .failure(let conflict): result[path] = SourceText("\(conflict)".utf8)
      }
    }
    return result
  }

  private static func places(of wanted: String, in text: SourceText) -> [Int] {
    let wanted = Array(wanted.utf8)
    guard text.count >= wanted.count else { return [] }
    return (0...text.count - wanted.count).filter { text[$0..<$0 + wanted.count].elementsEqual(wanted) }
  }
}

/// A declaration for a table.
func declare(
  _ kind: Declaration.Kind, _ name: String, _ text: String, _ file: String = "include/linux/thing.h",
  in container: String? = nil, body: String = ""
) -> Declaration {
  Declaration(name: name, kind: kind, text: text, site: Site(file: file, line: 1), container: container, body: body)
}
