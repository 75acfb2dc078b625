// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Edits of `#include` lines.
struct Includes {
  /// One `#include` line.
  struct Line {
    /// As written between its brackets or quotation marks.
    var header: String
    var isQuoted: Bool
    /// Token with the header's name.
    var token: Int
    /// No `#if` holds it, but for one around the whole file.
    var isPlain: Bool
  }
  let file: String
  let code: Code
  let all: [Line]
  private let lines: LineTable

  init(file: String, code: Code) {
    (self.file, self.code) = (file, code)
    lines = LineTable(code.source.text)
    let branches = Branches(code.source)
    all = code.units.filter { $0.kind == .directive }.compactMap { unit in
      guard unit.tokens.count >= 3, code.source.spells(code.tokens[unit.tokens.lowerBound + 1], "include") else {
        return nil
      }
      let token = unit.tokens.lowerBound + 2
      guard code.tokens[token].kind == .headerName || code.tokens[token].kind == .string else { return nil }
      let text = code.source.spelling(code.tokens[token])
      return Line(
        header: String(text.dropFirst().dropLast()), isQuoted: text.hasPrefix("\""), token: token,
        isPlain: branches.isPlain(Int(code.tokens[token].start), code.source))
    }
  }

  /// Another header in place of `header`; its line goes if the successor is there already or there is none.
  func replace(_ header: String, with successor: String, rule: String, isActive: (Int) -> Bool) -> [Edit] {
    let hasSuccessor = successor.isEmpty || all.contains { $0.header == successor && isActive($0.token) }
    return all.filter { !$0.isQuoted && $0.header == header && isActive($0.token) }.map { include in
      let range = code.tokens[include.token].range
      if hasSuccessor {
        return Edit(
          file: file, range: lines.range(ofLine: lines.line(of: range.lowerBound)), replacement: "", rule: rule)
      }
      return Edit(file: file, range: range.lowerBound + 1..<range.upperBound - 1, replacement: successor, rule: rule)
    }
  }

  /// A further header, in the order of its folder's if they have one, else behind them; nil if it is there already.
  ///
  /// - Parameter use: line that needs the header; includes behind it do not count.
  func add(_ header: String, rule: String, use: Int, isActive: (Int) -> Bool) -> Edit? {
    guard !all.contains(where: { $0.header == header && isActive($0.token) }) else { return nil }
    let plain = all.filter { $0.isPlain && line($0) < use }
    let folder = header.prefix { $0 != "/" } + "/"
    let kin = plain.filter { !$0.isQuoted && $0.header.hasPrefix(folder) }
    let isSorted = kin.count > 1 && zip(kin, kin.dropFirst()).allSatisfy { $0.header < $1.header }
    if isSorted, let next = kin.first(where: { $0.header > header }) { return insertion(header, before: next, rule) }
    if let last = kin.last ?? plain.last(where: { !$0.isQuoted }) {
      let end = lines.range(ofLine: line(last)).upperBound
      return insertion(header, at: end, rule)
    }
    if let first = plain.first { return insertion(header, before: first, rule) }
    return insertion(header, at: start, rule, isAlone: true)
  }

  private func line(_ include: Line) -> Int { lines.line(of: Int(code.tokens[include.token].start)) }

  /// Where the code begins: behind the first comments, and behind the head of an include guard.
  private var start: Int {
    guard let first = code.tokens.first else { return code.source.text.count }
    let branches = Branches(code.source)
    guard let guarding = branches.all.first, guarding.directive.lowerBound == Int(first.start),
      let inside = code.units.first(where: { Int(code.tokens[$0.tokens.lowerBound].start) >= guarding.body.lowerBound }
      ),
      inside.kind == .directive, inside.tokens.count > 2,
      code.source.spells(code.tokens[inside.tokens.lowerBound + 1], "define")
    else { return lines.range(ofLine: lines.line(of: Int(first.start))).lowerBound }
    return lines.range(ofLine: lines.line(of: Int(code.tokens[inside.tokens.upperBound - 1].start))).upperBound
  }

  private func insertion(_ header: String, before include: Line, _ rule: String) -> Edit {
    insertion(header, at: lines.range(ofLine: line(include)).lowerBound, rule)
  }

  /// - Parameter isAlone: blank lines part it from the code.
  private func insertion(_ header: String, at offset: Int, _ rule: String, isAlone: Bool = false) -> Edit {
    let text = code.source.text
    let end = CompatText.lineEnd(text)
    let glue = offset > 0 && text[offset - 1] != 0x0A ? end : ""
    let isBehindCode = isAlone && start > 0 && code.tokens.first.map { Int($0.start) < offset } ?? false
    let line = "#include <\(header)>\(end)"
    let replacement = glue + (isBehindCode ? end : "") + line + (isAlone && !isBehindCode ? end : "")
    return Edit(file: file, range: offset..<offset, replacement: replacement, rule: rule)
  }
}

extension Branches {
  /// Whether no `#if` holds a byte, but for one that begins with the file: an include guard.
  func isPlain(_ offset: Int, _ source: LexedSource) -> Bool {
    guard let branch = branch(at: offset) else { return true }
    return all[branch].parent == nil
      && source.tokens.first.map { $0.range.lowerBound } == all[branch].directive.lowerBound
  }
}
