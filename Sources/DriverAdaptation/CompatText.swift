// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Small readings of a driver's texts.
enum CompatText {
  static func isWord(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x5F
  }

  /// The line end that most lines of a text have.
  static func lineEnd(_ text: SourceText) -> String {
    var (lines, carriage) = (0, 0)
    for index in text.indices where text[index] == 0x0A {
      lines += 1
      if index > 0, text[index - 1] == 0x0D { carriage += 1 }
    }
    return carriage * 2 > lines ? "\r\n" : "\n"
  }

  /// The line end that most sources have.
  static func lineEnd(_ files: [String: SourceText]) -> String {
    let sources = files.filter { $0.key.hasSuffix(".c") || $0.key.hasSuffix(".h") }
    return sources.values.count { lineEnd($0) == "\r\n" } * 2 > sources.count ? "\r\n" : "\n"
  }

  /// The licence that the driver's sources name in their SPDX lines, the first by path; else the kernel's own.
  static func licence(_ files: [String: SourceText]) -> String {
    for path in files.keys.sorted() where path.hasSuffix(".c") || path.hasSuffix(".h") {
      let head = String(decoding: (files[path] ?? []).prefix(400), as: UTF8.self)
      guard let mark = head.firstRange(of: "SPDX-License-Identifier: ") else { continue }
      let text = head[mark.upperBound...].prefix { !$0.isNewline && $0 != "*" }
      let words = text.split(separator: " ")
      if !words.isEmpty { return words.joined(separator: " ") }
    }
    return "GPL-2.0"
  }

  /// What the file includes: the path between the quotes or brackets.
  static func includes(_ text: SourceText) -> [(path: String, isQuoted: Bool)] {
    let source = LexedSource(text)
    return source.tokens.indices.dropLast(2).compactMap { index in
      guard source.tokens[index].isDirective, source.tokens[index].startsLine,
        source.spells(source.tokens[index + 1], "include")
      else { return nil }
      let target = source.spelling(source.tokens[index + 2])
      return (String(target.dropFirst().dropLast()), target.hasPrefix("\""))
    }
  }

  /// Where an `#include` can be added: the file's start and the ends of its `#include` lines outside of conditions
  /// (but for an include guard), ascending.
  static func includePlaces(_ text: SourceText) -> [Int] {
    let source = LexedSource(text)
    let branches = Branches(source)
    let lines = LineTable(text)
    var places = [0]
    for index in source.tokens.indices.dropLast()
    where source.tokens[index].isDirective && source.tokens[index].startsLine {
      let offset = source.tokens[index].range.lowerBound
      guard source.spells(source.tokens[index + 1], "include") else { continue }
      guard branches.isPlain(offset, source) else { continue }
      places.append(lines.range(ofLine: lines.line(of: offset)).upperBound)
    }
    return places
  }

  static func contains(_ text: SourceText, word: String) -> Bool { !places(of: word, in: text).isEmpty }

  /// Offsets at which `word` stands as a whole word.
  static func places(of word: String, in text: SourceText) -> [Int] {
    let wanted = Array(word.utf8)
    guard let first = wanted.first, text.count >= wanted.count else { return [] }
    return (0...text.count - wanted.count).filter { index in
      text[index] == first && text[index..<index + wanted.count].elementsEqual(wanted)
        && !(index > 0 && isWord(text[index - 1]))
        && !(index + wanted.count < text.count && isWord(text[index + wanted.count]))
    }
  }

  /// The folder part of a path, without a slash at its end.
  static func folder(_ path: String) -> String {
    path.split(separator: "/").dropLast().joined(separator: "/")
  }

  static func join(_ folder: String, _ name: String) -> String { folder.isEmpty ? name : "\(folder)/\(name)" }

  /// The path without `.` and `..`; these do not lead out of the driver.
  static func folded(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }

  /// The deepest folder that holds all the files.
  static func commonFolder(_ paths: [String]) -> String {
    var common = paths.first.map { $0.split(separator: "/").dropLast().map(String.init) } ?? []
    for path in paths {
      let parts = path.split(separator: "/").dropLast().map(String.init)
      common = Array(zip(common, parts).prefix { $0 == $1 }.map(\.0))
    }
    return common.joined(separator: "/")
  }

  /// `path` as seen from `folder`.
  static func relative(_ path: String, from folder: String) -> String {
    let (target, base) = (path.split(separator: "/"), folder.split(separator: "/"))
    let shared = zip(target.dropLast(), base).prefix { $0 == $1 }.count
    return (base.dropFirst(shared).map { _ in ".." } + target.dropFirst(shared)).joined(separator: "/")
  }
}
