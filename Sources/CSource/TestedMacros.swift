// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The names that preprocessor conditions test, in all files of a driver.
package struct TestedMacros: Sendable {
  /// `defined(name)`, `defined name`, `#ifdef name`, `#ifndef name`.
  package struct Test: Hashable, Sendable {
    package var name: String
    package var file: String
    /// Bytes of the test: `defined(name)`, or the whole directive `#ifdef name`.
    package var range: Range<Int>
    package var line: Int
  }
  private struct File {
    var branches: Branches
    /// By branch.
    var tests: [[Test]]
    /// Offsets of `#define name`.
    var definitions: [String: [Int]]
    var lines: LineTable
  }
  private let files: [String: File]

  package init(_ texts: [String: SourceText]) {
    files = Dictionary(uniqueKeysWithValues: texts.map { ($0, Self.read($1, $0)) })
  }

  /// The tests that decide whether a line is compiled: those of the branches around it and of their groups' earlier
  /// branches; where one is for a macro of the driver's own, those around its definitions too.
  package func deciding(_ site: Site) -> [Test] {
    guard let file = files[site.file], let offset = file.lines.offset(line: site.line, column: 1) else { return [] }
    var found: [Test] = []
    var seen: Set<Test> = []
    var open = tests(around: offset, in: file)
    while let test = open.popLast() {
      guard seen.insert(test).inserted else { continue }
      let definitions = files.values.flatMap { file in
        (file.definitions[test.name] ?? []).flatMap { tests(around: $0, in: file) }
      }
      if definitions.isEmpty { found.append(test) } else { open += definitions }
    }
    return found.sorted { ($0.file, $0.range.lowerBound) < ($1.file, $1.range.lowerBound) }
  }

  /// All tests of a file, in its order.
  package func all(in file: String) -> [Test] { files[file]?.tests.flatMap { $0 } ?? [] }

  private func tests(around offset: Int, in file: File) -> [Test] {
    var found: [Test] = []
    var next = file.branches.branch(at: offset)
    while let index = next {
      let branch = file.branches.all[index]
      for other in file.branches.all.indices
      where file.branches.all[other].group == branch.group && other <= index {
        found += file.tests[other]
      }
      next = branch.parent
    }
    return found
  }

  private static func read(_ text: SourceText, _ path: String) -> File {
    let source = LexedSource(text)
    let lines = LineTable(text)
    let branches = Branches(source)
    var definitions: [String: [Int]] = [:]
    for index in source.tokens.indices.dropLast(2)
    where source.tokens[index].startsLine && source.tokens[index].punctuation == 0x23
      && source.spells(source.tokens[index + 1], "define")
    {
      definitions[source.spelling(source.tokens[index + 2]), default: []].append(Int(source.tokens[index].start))
    }
    let tests = branches.all.map { branch in
      var index = source.firstToken(endingAfter: branch.directive.lowerBound)
      let first = index
      var tests: [Test] = []
      while index + 1 < source.tokens.count, Int(source.tokens[index].start) < branch.directive.upperBound {
        let token = source.tokens[index]
        let isWhole = source.spells(token, "ifdef") || source.spells(token, "ifndef")
        if isWhole || source.spells(token, "defined") {
          let isEnclosed = source.tokens[index + 1].punctuation == 0x28
          let name = isEnclosed ? index + 2 : index + 1
          let last = isEnclosed ? index + 3 : name
          if last < source.tokens.count, source.tokens[name].kind == .identifier {
            tests.append(
              Test(
                name: source.spelling(source.tokens[name]), file: path,
                range: Int(source.tokens[isWhole ? first : index].start)..<Int(source.tokens[last].end),
                line: lines.line(of: Int(token.start))))
          }
        }
        index += 1
      }
      return tests
    }
    return File(branches: branches, tests: tests, definitions: definitions, lines: lines)
  }
}
