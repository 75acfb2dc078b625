// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// The rule for a symbol in a namespace that the module does not import: import it. Modpost itself says which
/// (Documentation/core-api/symbol-namespaces.rst).
enum NamespaceImport {
  /// Nil where the break names no namespace, or the new kernel does not declare the macro that imports one.
  static func rule(for found: Break) -> LearnedRule? {
    guard found.kind == .namespace, let namespace = found.container, !namespace.isEmpty,
      namespace.utf8.allSatisfy(CompatText.isWord), let macro = found.after, macro.name == BuildProtocol.namespaceImport
    else { return nil }
    // The argument is a name where the macro makes a string of it, else the string itself.
    let isName = macro.body.contains("stringify") || macro.body.contains("#")
    let line = "\(BuildProtocol.namespaceImport)(\(isName ? namespace : "\"\(namespace)\""));"
    return .declared(
      "import_\(namespace)", for: found.symbol, .declaration, .namespace, "", line,
      summary: "`\(line)` for `\(found.symbol)`")
  }

  /// One line for each file that was complained about.
  static func edits(_ rule: LearnedRule, _ files: [String: SourceText], lines: [String: Set<Int>]) -> [Edit] {
    lines.keys.sorted().compactMap { file in
      var spellings = Spellings()
      return files[file].flatMap { edit(rule, file, Code($0, &spellings)) }
    }
  }

  /// The line behind the one that names the module's licence; nil where it is there already or no licence is.
  private static func edit(_ rule: LearnedRule, _ file: String, _ code: Code) -> Edit? {
    let lines = LineTable(code.source.text)
    guard !code.source.text.contains(rule.right.utf8),
      let unit = code.units.last(where: {
        $0.kind == .statement && $0.depth == 0
          && code.source.spelling(code.tokens[$0.tokens.lowerBound]) == BuildProtocol.license
      })
    else { return nil }
    let last = Int(code.tokens[unit.end - 1].end)
    let offset = lines.range(ofLine: lines.line(of: last - 1)).upperBound
    let end = CompatText.lineEnd(code.source.text)
    let glue = code.source.text[offset - 1] == 0x0A ? "" : end
    return Edit(file: file, range: offset..<offset, replacement: glue + rule.right + end, rule: rule.rule.id)
  }
}
