// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// One file with edits laid over each other: every edit is against the text as it is by then, and all of them together
/// can be told against the original.
struct Layers: Sendable {
  private enum Piece: Sendable {
    case original(Range<Int>)
    /// What an edit put there, nothing for a deletion.
    case edited(String, rule: String?)
  }
  let file: String
  let original: SourceText
  private(set) var current: SourceText
  private var pieces: [Piece]

  init(file: String, text: SourceText) {
    (self.file, original, current) = (file, text, text)
    pieces = text.isEmpty ? [] : [.original(0..<text.count)]
  }

  /// Lays edits over the current text; they must not overlap and lie inside of it. Of several insertions at one place
  /// the first comes first.
  mutating func apply(_ edits: [Edit]) {
    let order = edits.indices.sorted { left, right in
      let (one, other) = (edits[left].range, edits[right].range)
      return (one.lowerBound, one.upperBound, left) > (other.lowerBound, other.upperBound, right)
    }
    for index in order { apply(edits[index]) }
  }

  private mutating func apply(_ edit: Edit) {
    let start = split(at: edit.range.lowerBound)
    let end = split(at: edit.range.upperBound)
    pieces.replaceSubrange(start..<end, with: [.edited(edit.replacement, rule: edit.rule)])
    current.replaceSubrange(edit.range, with: Array(edit.replacement.utf8))
  }

  /// Makes a piece begin at the offset; returns its index.
  private mutating func split(at offset: Int) -> Int {
    var start = 0
    for index in pieces.indices {
      if start == offset, length(pieces[index]) > 0 { return index }
      let end = start + length(pieces[index])
      if offset < end {
        switch pieces[index] {
        case .original(let range):
          let middle = range.lowerBound + offset - start
          pieces.replaceSubrange(
            index...index, with: [.original(range.lowerBound..<middle), .original(middle..<range.upperBound)])
        case .edited(let text, let rule):
          let bytes = Array(text.utf8)
          pieces.replaceSubrange(
            index...index,
            with: [
              .edited(String(decoding: bytes[..<(offset - start)], as: UTF8.self), rule: rule),
              .edited(String(decoding: bytes[(offset - start)...], as: UTF8.self), rule: rule),
            ])
        }
        return index + 1
      }
      start = end
    }
    return pieces.count
  }

  private func length(_ piece: Piece) -> Int {
    switch piece {
    case .original(let range): range.count
    case .edited(let text, _): text.utf8.count
    }
  }

  /// Where the original text goes on behind a piece.
  private func nextOriginal(behind index: Int) -> Int {
    for piece in pieces[(index + 1)...] { if case .original(let range) = piece { return range.lowerBound } }
    return original.count
  }

  /// All edits against the original text, in order.
  var edits: [Edit] {
    var edits: [Edit] = []
    var done = 0
    var pending: (text: String, rule: String?)?
    func flush(upTo start: Int, _ edits: inout [Edit]) {
      if let found = pending, !found.text.isEmpty || done < start {
        edits.append(Edit(file: file, range: done..<start, replacement: found.text, rule: found.rule))
      }
      pending = nil
    }
    for (index, piece) in pieces.enumerated() {
      switch piece {
      case .original(let range):
        flush(upTo: range.lowerBound, &edits)
        done = range.upperBound
      case .edited(let text, let rule):
        // What several rules insert at one place stays apart, whole lines at least.
        let next = nextOriginal(behind: index)
        if let found = pending, found.rule != rule, next == done, found.text.hasSuffix("\n") {
          flush(upTo: done, &edits)
        }
        pending = ((pending?.text ?? "") + text, rule ?? pending?.rule)
      }
    }
    flush(upTo: original.count, &edits)
    return edits
  }
}
