// SPDX-License-Identifier: GPL-2.0-or-later

import CClang
import CFrontendProtocol

/// A decoded location: the file, line and column from 1, and the byte offset.
struct Spot {
  var file: CXFile?
  var line: UInt32 = 0
  var column: UInt32 = 0
  var offset: UInt32 = 0

  /// Where the text is written; inside a macro's body that is the definition.
  static func spelling(_ location: CXSourceLocation) -> Spot {
    var spot = Spot()
    clang_getSpellingLocation(location, &spot.file, &spot.line, &spot.column, &spot.offset)
    return spot
  }

  /// Where the text is written or, for a macro's body, where the macro is used.
  static func expansion(_ location: CXSourceLocation) -> Spot {
    var spot = Spot()
    clang_getExpansionLocation(location, &spot.file, &spot.line, &spot.column, &spot.offset)
    return spot
  }

  /// The place in the protocol's words; nil without a file.
  var place: FrontendPlace? {
    guard let file else { return nil }
    return FrontendPlace(file: take(clang_getFileName(file)), line: Int(line), column: Int(column))
  }
}

extension TranslationUnit {
  /// The source text between two locations of one file, at most `limit` bytes; nil where it has no text.
  func slice(_ range: CXSourceRange, limit: Int = 1 << 14) -> ArraySlice<UInt8>? {
    let start = Spot.expansion(clang_getRangeStart(range))
    let end = Spot.expansion(clang_getRangeEnd(range))
    guard let file = start.file, let last = end.file, clang_File_isEqual(file, last) != 0 else { return nil }
    var size = 0
    guard let bytes = clang_getFileContents(unit, file, &size) else { return nil }
    let lower = Int(start.offset)
    let upper = min(Int(end.offset), size, lower + limit)
    guard lower < upper else { return nil }
    return UnsafeRawBufferPointer(start: bytes + lower, count: upper - lower).map { $0 }[...]
  }
}
