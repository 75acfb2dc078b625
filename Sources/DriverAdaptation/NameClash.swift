// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// The rule for a name of the driver's own that the kernel took: the driver's becomes another one, wherever it stands.
enum NameClash {
  /// Nil where the old kernel had the name too, or the new one has it not.
  static func rule(for found: Break) -> LearnedRule? {
    guard found.kind == .nameClash, found.before == nil, found.after != nil, !found.symbol.isEmpty,
      found.symbol.utf8.allSatisfy(CompatText.isWord)
    else { return nil }
    let prefix = prefix(ofFile: found.site.file)
    let isPrefixed = found.symbol.hasPrefix(prefix) || prefix.first?.isNumber ?? true
    let new = "\(isPrefixed ? "driver" : prefix)_\(found.symbol)"
    return .declared(
      "clash_\(found.symbol)", for: found.symbol, .rename, .clash, found.symbol, new,
      summary: "`\(found.symbol)` → `\(new)`", introduces: [new])
  }

  /// What a name gets in front that is the file's own: the file's name without its ending, as an identifier.
  static func prefix(ofFile path: String) -> String {
    let stem = path.split(separator: "/").last?.split(separator: ".").first ?? "driver"
    return String(decoding: stem.utf8.map { CompatText.isWord($0) ? $0 : 0x5F }, as: UTF8.self)
  }

  /// Every place of the name in all files, in code that the kernel skips as well; none unless the driver defines a
  /// function, an enumerator or a tag of that name, nothing bears the new one, and no condition asks for the name: a driver
  /// that does knows of the kernel's.
  static func edits(_ rule: LearnedRule, _ files: [String: SourceText]) -> [Edit] {
    var edits: [Edit] = []
    var tags: Set<Int> = []
    var (isOwn, isOwnTag) = (false, false)
    let tested = TestedMacros(files)
    if files.keys.contains(where: { tested.all(in: $0).contains { $0.name == rule.left } }) { return [] }
    for (file, text) in files.sorted(by: { $0.key < $1.key }) {
      var spellings = Spellings()
      let code = Code(text, &spellings)
      if spellings.known(rule.right) != nil { return [] }
      guard let word = spellings.known(rule.left) else { continue }
      isOwn = isOwn || code.functions.contains { code.words[$0.name] == word }
      for token in code.tokens.indices where code.words[token] == word && code.tokens[token].kind == .identifier {
        let before = token > 0 ? code.tokens[token - 1].punctuation : 0
        if before == punctuation("->") || before == punctuation(".") { continue }
        isOwn = isOwn || isEnumerator(token, code)
        if isTag(token, code) {
          isOwnTag = isOwnTag || code.punctuation(at: token + 1) == 0x7B
          tags.insert(edits.count)
        }
        edits.append(Edit(file: file, range: code.tokens[token].range, replacement: rule.right, rule: rule.rule.id))
      }
    }
    // A variable or a field may be called as the tag is.
    if isOwnTag, !isOwn { return edits.indices.filter(tags.contains).map { edits[$0] } }
    return isOwn ? edits : []
  }

  /// `name` of `enum … { …, name = 1, … }`.
  private static func isEnumerator(_ token: Int, _ code: Code) -> Bool {
    guard let unit = code.unit(holding: token), code.units[unit].kind == .element,
      code.units[unit].tokens.lowerBound == token
    else { return false }
    let open = code.units[..<unit].lastIndex { $0.kind == .open && $0.depth < code.units[unit].depth } ?? 0
    return open > 0 && code.units[open - 1].kind == .head
      && code.units[open - 1].tokens.contains { Keyword(rawValue: code.words[$0]) == .enum }
      && !code.units[open - 1].tokens.contains { code.isAssignment($0) }
  }

  /// `name` of `struct name`.
  private static func isTag(_ token: Int, _ code: Code) -> Bool {
    guard token > 0, let keyword = Keyword(rawValue: code.words[token - 1]) else { return false }
    return [.struct, .union, .enum].contains(keyword)
  }
}
