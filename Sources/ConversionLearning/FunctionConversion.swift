// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// An in-tree function before and after, for a driver's function that says the same where it changed: all its hunks that
/// belong together, or none.
package struct FunctionConversion: Codable, Hashable, Sendable {
  /// Where the tree had it.
  package var site: Site
  package var name: String
  /// The whole functions, heads included.
  package var before: String
  package var after: String
  /// Names that the conversion is about: changes that have nothing to do with them stay out.
  package var names: [String]
  /// What the file came to include for it.
  package var headers: [String] = []

  /// New text for a range of bytes.
  package struct Replacement: Hashable, Sendable {
    package var range: Range<Int>
    package var text: String
  }
  /// Units of the old text that became those of the new one.
  private struct Hunk {
    var old: Range<Int>
    var new: Range<Int>
  }

  /// The functions of some places that named a symbol.
  package static func all(of symbol: String, in conversions: [Conversion]) -> [FunctionConversion] {
    conversions.flatMap { conversion in
      var spellings = Spellings()
      let (old, new) = (Code(conversion.oldText, &spellings), Code(conversion.newText, &spellings))
      return old.functions.compactMap { function -> FunctionConversion? in
        guard let successor = new.functions.first(where: { new.words[$0.name] == old.words[function.name] }),
          isWhole(function, old), isWhole(successor, new), function.body.contains(where: { old.spells($0, symbol) })
        else { return nil }
        return FunctionConversion(conversion, (function, old), (successor, new), names: [symbol])
      }
    }
  }

  /// The functions of some places that gave a variable another structure.
  package static func all(of retyping: Retyping, in conversions: [Conversion]) -> [FunctionConversion] {
    let tags = [retyping.before, retyping.after].compactMap { $0.split(separator: " ").last.map(String.init) }
    return conversions.flatMap { conversion in
      var spellings = Spellings()
      let window = Window(conversion, &spellings)
      return RetypedFunction.all(retyping.before, retyping.after, window).compactMap { found -> FunctionConversion? in
        let (old, new) = (window.old, window.new)
        guard isWhole(found.old, old), isWhole(found.new, new) else { return nil }
        let variables = [
          old.source.spelling(old.tokens[found.declared.old]), new.source.spelling(new.tokens[found.declared.new]),
        ]
        return FunctionConversion(conversion, (found.old, old), (found.new, new), names: variables + tags)
      }
    }
  }

  /// Of long functions a place shows a part.
  private static func isWhole(_ function: Function, _ code: Code) -> Bool {
    Int(code.brackets.partner[function.body.lowerBound]) > function.body.lowerBound
  }

  private init(
    _ conversion: Conversion, _ old: (function: Function, code: Code), _ new: (function: Function, code: Code),
    names: [String]
  ) {
    func text(_ function: Function, _ code: Code) -> String {
      let (start, end) = (code.tokens[function.head.lowerBound].range, code.tokens[function.body.upperBound - 1].range)
      return String(decoding: code.source.text[start.lowerBound..<end.upperBound], as: UTF8.self) + "\n"
    }
    let line = LineTable(old.code.source.text).line(of: Int(old.code.tokens[old.function.name].start))
    site = Site(file: conversion.path, line: conversion.oldStart + line - 1)
    name = old.code.source.spelling(old.code.tokens[old.function.name])
    (before, after) = (text(old.function, old.code), text(new.function, new.code))
    self.names = Set(names).sorted()
  }

  /// The functions' heads.
  package var example: Rule.Example {
    func head(_ text: String) -> String {
      var spellings = Spellings()
      let code = Code(text, &spellings)
      return code.functions.first.map { Spacing.line(code, $0.head) } ?? name
    }
    return Rule.Example(site: site, before: head(before), after: head(after))
  }

  /// What conversions make of in-tree functions of the same names in other files, held against what became of those.
  package static func replay(_ functions: [FunctionConversion], on others: [FunctionConversion]) -> Rule.Replay {
    let named = Dictionary(grouping: others, by: \.name)
    return functions.reduce(into: Rule.Replay(reproduced: 0, tried: 0)) { sum, function in
      for other in named[function.name] ?? [] where other.site.file != function.site.file {
        sum += function.replay(on: other)
      }
    }
  }

  private func replay(on other: FunctionConversion) -> Rule.Replay {
    var spellings = Spellings()
    let (old, new) = (Code(other.before, &spellings), Code(other.after, &spellings))
    guard let function = old.functions.first, let successor = new.functions.first,
      let replacements = replacements(in: function, old)
    else { return .init(reproduced: 0, tried: 0) }
    var text = SourceText(other.before.utf8)
    for replacement in replacements.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
      text.replaceSubrange(replacement.range, with: SourceText(replacement.text.utf8))
    }
    return FunctionOutcome(old: (function, old), new: (successor, new)).replay(of: text, spellings)
  }

  /// The rule for functions that the driver has in common with the tree.
  ///
  /// - Parameter others: the tree's functions of all files.
  package static func rule(
    _ functions: [FunctionConversion], for symbol: String, replayedOn others: [FunctionConversion]
  ) -> LearnedRule? {
    guard !functions.isEmpty else { return nil }
    let files = Set(functions.map(\.site.file))
    let names = Set(functions.map(\.name)).sorted().map { "\($0)()" }
    let rule = Rule(
      id: "function_\(SemanticPatch.stem(symbol))", symbol: symbol, kind: .declaration, smpl: "",
      summary: names.joined(separator: ", ") + " as a whole", support: files.count, confidence: 1,
      opportunities: files.count, examples: [], replay: replay(functions, on: others), introduces: [], flags: [])
    var learned = LearnedRule(rule: rule, span: .function, left: "", right: "", evidence: Evidence(places: []))
    learned.functions = functions
    return learned
  }

  /// What the conversion makes of the body of a driver's function; nil where that says something else in a place that
  /// changes, or where nothing changes.
  package func replacements(in function: Function, _ code: Code) -> [Replacement]? {
    var spellings = Spellings()
    let window = Window(
      Conversion(path: site.file, oldText: before, newText: after, oldStart: 1, newStart: 1), &spellings)
    guard let old = window.old.functions.first, let new = window.new.functions.first else { return nil }
    let (base, successor) = (Self.units(of: old, window.old), Self.units(of: new, window.new))
    let own = Self.units(of: function, code)
    guard let hunks = relevant(Self.joined(hunks(window, base, successor)), window), !hunks.isEmpty else { return nil }
    let places = Self.places(of: base, window.old, in: own, code)
    var result: [Replacement] = []
    for hunk in hunks {
      guard let found = place(of: hunk, base, places, own), let replacement = replacement(hunk, window, found, code)
      else { return nil }
      result.append(replacement)
    }
    return result
  }

  private static func units(of function: Function, _ code: Code) -> Range<Int> {
    let inside = code.units.indices.filter { function.body.contains(code.units[$0].tokens.lowerBound) }
    guard let first = inside.first, let last = inside.last else { return 0..<0 }
    return first..<last + 1
  }

  /// Units that became another one, and what lies between those that have a successor.
  private func hunks(_ window: Window, _ old: Range<Int>, _ new: Range<Int>) -> [Hunk] {
    var hunks: [Hunk] = []
    var (lastOld, lastNew) = (old.lowerBound, new.lowerBound)
    let pairs = old.map { ($0, Int(window.newUnit[$0])) }.filter { new.contains($0.1) }
    for (one, other) in pairs + [(old.upperBound, new.upperBound)] {
      if lastOld < one || lastNew < other { hunks.append(Hunk(old: lastOld..<one, new: lastNew..<max(lastNew, other))) }
      if one < old.upperBound, !window.isSame[one] { hunks.append(Hunk(old: one..<one + 1, new: other..<other + 1)) }
      (lastOld, lastNew) = (one + 1, other + 1)
    }
    return hunks
  }

  /// What was only inserted or taken away goes with the hunk before it, or with the one behind it.
  private static func joined(_ hunks: [Hunk]) -> [Hunk] {
    var joined: [Hunk] = []
    var hasPair = false
    for hunk in hunks {
      let isPair = hunk.old.count == hunk.new.count
      let touches = joined.last.map {
        $0.old.upperBound == hunk.old.lowerBound && $0.new.upperBound == hunk.new.lowerBound
      }
      if touches == true, !isPair || !hasPair, let last = joined.popLast() {
        joined.append(
          Hunk(old: last.old.lowerBound..<hunk.old.upperBound, new: last.new.lowerBound..<hunk.new.upperBound))
        hasPair = hasPair || isPair
      } else {
        joined.append(hunk)
        hasPair = isPair
      }
    }
    return joined
  }

  /// The hunks that name what the conversion is about, or what came or went with those that do; nil where another one
  /// brings a name that may belong to it.
  private func relevant(_ hunks: [Hunk], _ window: Window) -> [Hunk]? {
    let words = hunks.map { (Self.names($0.old, window.old), Self.names($0.new, window.new)) }
    let (oldNames, newNames) = (
      Self.names(window.old.units.indices, window.old), Self.names(window.new.units.indices, window.new)
    )
    var known = Set(names)
    var chosen: Set<Int> = []
    while let next = words.indices.first(where: { index in
      !chosen.contains(index) && !(words[index].0.union(words[index].1)).isDisjoint(with: known)
    }) {
      chosen.insert(next)
      known.formUnion(words[next].1.subtracting(oldNames))
      known.formUnion(words[next].0.subtracting(newNames))
    }
    let isApart = words.indices.filter { !chosen.contains($0) }.allSatisfy { index in
      let isPlain = hunks[index].new.allSatisfy { window.new.units[$0].kind == .statement }
      return words[index].1.isSubset(of: oldNames) && (isPlain || !words[index].1.isEmpty)
    }
    guard isApart else { return nil }
    return chosen.sorted().map { hunks[$0] }
  }

  private static func names(_ units: Range<Int>, _ code: Code) -> Set<String> {
    units.reduce(into: []) { names, unit in
      for token in code.units[unit].tokens where code.tokens[token].kind == .identifier {
        guard Keyword(rawValue: code.words[token]) == nil else { continue }
        names.insert(code.source.spelling(code.tokens[token]))
      }
    }
  }

  /// For each unit of the in-tree function the driver's unit that says the same.
  private static func places(of base: Range<Int>, _ old: Code, in own: Range<Int>, _ code: Code) -> [Int: Int] {
    var numbers: [String: Int32] = [:]
    func numbered(_ units: Range<Int>, _ code: Code) -> [Int32] {
      units.map { unit in
        let tokens = code.units[unit].tokens
        let text = tokens.map { code.source.spelling(code.tokens[$0]) }.joined(separator: " ")
        let key = "\(code.units[unit].kind.rawValue) \(text)"
        let number = numbers[key] ?? Int32(numbers.count)
        numbers[key] = number
        return number
      }
    }
    let (left, right) = (numbered(base, old), numbered(own, code))
    let pairs = Sequences.common(left, right) { Double(old.units[base.lowerBound + $0].tokens.count) }
    return Dictionary(
      pairs.map { (base.lowerBound + $0.0, own.lowerBound + $0.1) }, uniquingKeysWith: { first, _ in first })
  }

  /// The driver's units in a hunk's place; empty, before the one that it ends with, for what is only inserted.
  private func place(of hunk: Hunk, _ base: Range<Int>, _ places: [Int: Int], _ own: Range<Int>) -> Range<Int>? {
    if let first = hunk.old.first {
      guard let start = places[first], hunk.old.allSatisfy({ places[$0] == start + $0 - first }) else { return nil }
      return start..<start + hunk.old.count
    }
    guard hunk.old.lowerBound > base.lowerBound, let before = places[hunk.old.lowerBound - 1],
      let behind = places[hunk.old.lowerBound], behind == before + 1
    else { return nil }
    return behind..<behind
  }

  private func replacement(_ hunk: Hunk, _ window: Window, _ place: Range<Int>, _ code: Code) -> Replacement? {
    let new = window.new
    // What a condition commands stays one statement.
    let isOne = place.count == 1 && hunk.new.count == 1 && new.units[hunk.new.lowerBound].kind == .statement
    guard isOne || !code.isCommanded(place.lowerBound) else { return nil }
    let text: String
    if hunk.new.isEmpty {
      text = ""
    } else {
      guard let lines = Self.lines(of: hunk.new, new) else { return nil }
      text = String(decoding: new.source.text[lines], as: UTF8.self)
    }
    if place.isEmpty {
      guard let next = Self.lines(of: place.lowerBound..<place.lowerBound + 1, code) else { return nil }
      return Replacement(range: next.lowerBound..<next.lowerBound, text: text)
    }
    return Self.lines(of: place, code).map { Replacement(range: $0, text: text) }
  }

  /// The whole lines of some units; nil where others, or a comment that goes on, stand on them.
  private static func lines(of units: Range<Int>, _ code: Code) -> Range<Int>? {
    guard let first = units.first, let last = units.last else { return nil }
    let table = LineTable(code.source.text)
    let start = Int(code.tokens[code.units[first].tokens.lowerBound].start)
    let end = Int(code.tokens[code.units[last].end - 1].end)
    let lines =
      table.range(ofLine: table.line(of: start)).lowerBound..<table.range(ofLine: table.line(of: end - 1)).upperBound
    let isAlone =
      (first == 0 || Int(code.tokens[code.units[first - 1].end - 1].end) <= lines.lowerBound)
      && (last + 1 >= code.units.count
        || Int(code.tokens[code.units[last + 1].tokens.lowerBound].start) >= lines.upperBound)
    let isInComment = code.source.trivia.contains { comment in
      [lines.lowerBound, lines.upperBound].contains { Int(comment.start) < $0 && $0 < Int(comment.end) }
    }
    return isAlone && !isInComment ? lines : nil
  }
}
