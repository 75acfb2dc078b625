// SPDX-License-Identifier: GPL-2.0-or-later

import CClang
import CFrontendProtocol

extension TranslationUnit {
  /// The innermost expression or declaration at a place; nil where nothing stands.
  func cursor(at place: FrontendPlace) -> FrontendCursor? {
    guard let line = UInt32(exactly: place.line), let column = UInt32(exactly: place.column),
      let file = clang_getFile(unit, place.file)
    else { return nil }
    let cursor = clang_getCursor(unit, clang_getLocation(unit, file, line, column))
    let kind = clang_getCursorKind(cursor)
    guard clang_isInvalid(kind) == 0, kind != CXCursor_TranslationUnit else { return nil }
    let type = clang_getCursorType(cursor)
    let referenced = clang_getCursorReferenced(cursor)
    let isReference = clang_Cursor_isNull(referenced) == 0 && clang_isInvalid(clang_getCursorKind(referenced)) == 0
    let holder =
      isReference && clang_getCursorKind(referenced) == CXCursor_FieldDecl
      ? container(clang_getCursorSemanticParent(referenced)) : nil
    return FrontendCursor(
      kind: take(clang_getCursorKindSpelling(kind)), spelling: take(clang_getCursorSpelling(cursor)),
      type: take(clang_getTypeSpelling(type)),
      canonicalType: take(clang_getTypeSpelling(clang_getCanonicalType(type))), container: holder,
      referenced: isReference ? declaration(referenced) : nil)
  }
}
