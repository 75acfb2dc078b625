// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// Variables that the old kernel's Kbuild passed on to another one, and that the new kernel's does not know: what a
/// driver puts there is ignored without a word.
package struct KbuildVariables: Sendable {
  /// One variable and the one that it was passed on to.
  package struct Successor: Hashable, Sendable {
    package var old: String
    package var new: String
    /// The old kernel's line, e.g. `flags-y += $(EXTRA_FLAGS)`.
    package var line: String
  }
  /// By name.
  package let successors: [Successor]

  /// - Parameters:
  ///   - old: texts of the old kernel's `scripts/Makefile.*`.
  ///   - new: the same of the new kernel; none: nothing is known.
  package init(old: [SourceText], new: [SourceText]) {
    let known = new.reduce(into: Set<Substring>()) { known, text in
      for line in Self.lines(text) { known.formUnion(line.split { !Self.isName($0) }) }
    }
    var found: Set<Successor> = []
    for line in new.isEmpty ? [] : old.flatMap(Self.lines) {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard words.count == 3, words[1] == "+=", words[0].allSatisfy(Self.isName), words[2].hasPrefix("$("),
        words[2].hasSuffix(")")
      else { continue }
      let name = words[2].dropFirst(2).dropLast()
      guard name.allSatisfy(Self.isName), !known.contains(name) else { continue }
      found.insert(
        Successor(old: String(name), new: String(words[0]), line: words.joined(separator: " ")))
    }
    successors = found.sorted { ($0.old, $0.new) < ($1.old, $1.new) }
  }

  /// Edits that give build files the variables' successors, and the breaks that they mend.
  ///
  /// Recipes are left alone: what they say is for a shell, or for a make of its own.
  ///
  /// - Parameter files: texts of the driver's build files, by path.
  package func edits(_ files: [String: SourceText]) -> [(rule: LearnedRule, breaks: [Break], edits: [Edit])] {
    successors.compactMap { successor in
      var breaks: [Break] = []
      var edits: [Edit] = []
      for (file, text) in files.sorted(by: { $0.key < $1.key }) {
        let lines = LineTable(text)
        let recipes = Self.recipeLines(text)
        for range in Self.words(successor.old, in: text) {
          let line = lines.line(of: range.lowerBound)
          guard !recipes.contains(line) else { continue }
          edits.append(Edit(file: file, range: range, replacement: successor.new, rule: Self.id(successor)))
          breaks.append(
            Break(
              site: Site(file: file, line: line), kind: .nameGone, symbol: successor.old,
              message: "Kbuild does not take \(successor.old) any more"))
        }
      }
      for index in breaks.indices {
        breaks[index].before = Declaration(
          name: successor.old, kind: .macro, text: successor.line, site: Site(file: "scripts", line: 0))
      }
      return edits.isEmpty ? nil : (Self.rule(successor), breaks, edits)
    }
  }

  private static func rule(_ successor: Successor) -> LearnedRule {
    .declared(
      id(successor), for: successor.old, .rename, .identifier, successor.old, successor.new,
      summary: "`\(successor.old)` → `\(successor.new)`", introduces: [successor.new])
  }

  private static func id(_ successor: Successor) -> String { "kbuild_\(successor.old)" }

  /// Numbers of the lines that make gives to a shell: those that begin with a tab, behind a rule. Before any rule a tab
  /// only indents (GNU make, "Recipe Syntax").
  private static func recipeLines(_ text: SourceText) -> Set<Int> {
    var recipes: Set<Int> = []
    var (isRule, isContinued) = (false, false)
    let all = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in all.enumerated() {
      let isRecipe = isContinued ? recipes.contains(number) : isRule && line.hasPrefix("\t")
      if isRecipe {
        recipes.insert(number + 1)
      } else if !isContinued, let allows = allowsRecipes(line) {
        isRule = allows
      }
      isContinued = line.hasSuffix("\\")
    }
    return recipes
  }

  /// Whether recipes may follow a line; nil where it changes nothing: conditions and comments.
  private static func allowsRecipes(_ line: Substring) -> Bool? {
    let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
    guard let first = words.first else { return nil }
    if ["ifeq", "ifneq", "ifdef", "ifndef", "else", "endif"].contains(where: {
      first == $0 || first.hasPrefix($0 + "(")
    }) {
      return nil
    }
    let text = words.joined(separator: " ")
    guard let colon = text.firstIndex(of: ":") else { return false }
    // `a := b` and `a = b:c` are assignments.
    return text[text.index(after: colon)...].drop { $0 == ":" }.first != "=" && !text[..<colon].contains("=")
  }

  private static func lines(_ text: SourceText) -> [Substring] {
    String(decoding: text, as: UTF8.self).split(separator: "\n")
      .map { $0.prefix { $0 != "#" } }
  }

  private static func isName(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == "-")
  }

  /// Ranges of a whole word outside of comments.
  private static func words(_ word: String, in text: SourceText) -> [Range<Int>] {
    let wanted = Array(word.utf8)
    var found: [Range<Int>] = []
    var isComment = false
    var at = 0
    while at + wanted.count <= text.count {
      if text[at] == 0x0A { isComment = false }
      if text[at] == 0x23, at == 0 || text[at - 1] != 0x5C { isComment = true }
      let isWhole =
        !isComment && text[at...].starts(with: wanted) && !(at > 0 && isPart(text[at - 1]))
        && !(at + wanted.count < text.count && isPart(text[at + wanted.count]))
      if isWhole { found.append(at..<at + wanted.count) }
      at += isWhole ? wanted.count : 1
    }
    return found
  }

  private static func isPart(_ byte: UInt8) -> Bool { isName(Character(UnicodeScalar(byte))) }
}
