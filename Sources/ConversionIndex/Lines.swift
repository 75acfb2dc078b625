// SPDX-License-Identifier: GPL-2.0-or-later

/// A file's text by lines, and the top-level blocks that they belong to.
struct Lines {
  let bytes: [UInt8]
  /// Offset of each line, and the end of the text.
  private let starts: [Int]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var starts = [0]
    bytes.withUnsafeBufferPointer { text in
      for index in text.indices where text[index] == newline { starts.append(index + 1) }
    }
    if starts.last != bytes.count { starts.append(bytes.count) }
    self.starts = starts
  }

  var count: Int { starts.count - 1 }

  /// The lines as text, with their line ends; lines that the file does not have are left out.
  func text(_ range: Range<Int>) -> String { String(decoding: slice(range), as: UTF8.self) }

  /// The same as bytes.
  func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
    let range = range.clamped(to: 0..<count)
    return bytes[starts[range.lowerBound]..<starts[range.upperBound]]
  }

  /// The function, initialiser or structure that holds the line, from its head to its closing brace, going by the
  /// kernel's layout: such a block ends with a `}` in the first column. Nil for lines outside all of them.
  func block(at line: Int) -> Range<Int>? {
    guard line < count, let brace = openingAbove(line) ?? openingBelow(line), let end = closing(after: brace) else {
      return nil
    }
    var head = brace
    if first(brace) == UInt8(ascii: "{") {
      while head > 0, brace - head < Self.headLines, !isBlank(head - 1), !endsStatement(head - 1) { head -= 1 }
    }
    return head..<max(end + 1, line + 1)
  }

  /// A head, from its first word to its `{`, has at most this many lines.
  private static let headLines = 12
  private static let blockLines = 4000

  private func openingAbove(_ line: Int) -> Int? {
    for above in stride(from: line, through: max(0, line - Self.blockLines), by: -1) {
      if opens(above) { return above }
      if above < line, first(above) == UInt8(ascii: "}") { return nil }
    }
    return nil
  }

  /// For a line of the head itself.
  private func openingBelow(_ line: Int) -> Int? {
    for below in line..<min(count, line + Self.headLines) {
      if opens(below) { return below }
      if isBlank(below) || endsStatement(below) { return nil }
    }
    return nil
  }

  private func closing(after brace: Int) -> Int? {
    for below in brace + 1..<max(brace + 1, min(count, brace + Self.blockLines)) where first(below) == UInt8(ascii: "}")
    {
      return below
    }
    return nil
  }

  private func opens(_ line: Int) -> Bool {
    guard let first = first(line) else { return false }
    if first == UInt8(ascii: "{") { return true }
    return first != space && first != tab && first != hashSign && last(line) == UInt8(ascii: "{")
  }

  private func endsStatement(_ line: Int) -> Bool {
    guard first(line) != hashSign, let last = last(line) else { return true }
    return [UInt8(ascii: ";"), UInt8(ascii: "}"), slash, backslash].contains(last)
  }

  private func isBlank(_ line: Int) -> Bool { last(line) == nil }

  private func first(_ line: Int) -> UInt8? {
    starts[line] < starts[line + 1] ? bytes[starts[line]] : nil
  }

  /// The last byte that is not white space.
  private func last(_ line: Int) -> UInt8? {
    bytes[starts[line]..<starts[line + 1]].last { $0 > space }
  }
}
