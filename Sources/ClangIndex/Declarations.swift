// SPDX-License-Identifier: GPL-2.0-or-later

import CClang
import CFrontendProtocol

extension TranslationUnit {
  /// A declaration as the protocol tells it; nil for what has no name or place.
  func declaration(_ cursor: CXCursor) -> FrontendDeclaration? {
    let kind = declarationKind(cursor)
    guard let place = Spot.expansion(clang_getCursorLocation(cursor)).place else { return nil }
    let name = take(clang_getCursorSpelling(cursor))
    let source = slice(clang_getCursorExtent(cursor)) ?? []
    if kind == "macro" {
      let (head, body) = macroParts(source, name: name)
      return FrontendDeclaration(name: name, kind: kind, text: head, place: place, body: body)
    }
    var text = foldedDeclaration(source)
    if kind == "variable", let equals = text.firstIndex(of: "=") {
      text = String(text[..<equals].reversed().drop { $0 == " " }.reversed())
    }
    if kind == "type", clang_getCursorKind(cursor) != CXCursor_TypedefDecl {
      text = container(cursor) ?? text
      if clang_isCursorDefinition(cursor) == 0 { text += ";" }
    }
    let holder = kind == "field" || kind == "enumerator" ? container(clang_getCursorSemanticParent(cursor)) : nil
    let type = kind == "type" ? "" : take(clang_getTypeSpelling(clang_getCanonicalType(clang_getCursorType(cursor))))
    return FrontendDeclaration(name: name, kind: kind, text: text, type: type, place: place, container: holder)
  }

  /// The structure, union or enum with its tag keyword; for an unnamed one what holds it.
  func container(_ cursor: CXCursor) -> String? {
    var record = cursor
    for _ in 0..<16 {
      let keyword =
        switch clang_getCursorKind(record) {
        case CXCursor_StructDecl: "struct"
        case CXCursor_UnionDecl: "union"
        case CXCursor_EnumDecl: "enum"
        default: ""
        }
      guard !keyword.isEmpty else { return nil }
      if clang_Cursor_isAnonymous(record) == 0 {
        let name = take(clang_getCursorSpelling(record))
        if !name.isEmpty, !name.contains(" ") { return "\(keyword) \(name)" }
      }
      record = clang_getCursorSemanticParent(record)
    }
    return nil
  }
}

/// The protocol's word for what a cursor declares.
func declarationKind(_ cursor: CXCursor) -> String {
  switch clang_getCursorKind(cursor) {
  case CXCursor_FunctionDecl: clang_Cursor_isFunctionInlined(cursor) != 0 ? "inline-function" : "function"
  case CXCursor_VarDecl, CXCursor_ParmDecl: "variable"
  case CXCursor_FieldDecl: "field"
  case CXCursor_MacroDefinition: "macro"
  case CXCursor_EnumConstantDecl: "enumerator"
  case CXCursor_StructDecl, CXCursor_UnionDecl, CXCursor_EnumDecl, CXCursor_TypedefDecl: "type"
  default: "other"
  }
}

/// `#define name(parameters)` and the replacement text of a macro whose source begins with its name.
private func macroParts(_ source: ArraySlice<UInt8>, name: String) -> (String, String) {
  var end = source.startIndex + name.utf8.count
  if end < source.endIndex, source[end] == UInt8(ascii: "(") {
    end = (source[end...].firstIndex(of: UInt8(ascii: ")")) ?? source.endIndex - 1) + 1
  }
  guard end <= source.endIndex else { return ("#define \(name)", "") }
  let head = "#define " + String(decoding: source[..<end].filter { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
  return (head, foldedMacro(source[end...]))
}

/// A macro's replacement text on one line.
private func foldedMacro(_ body: ArraySlice<UInt8>) -> String {
  String(decoding: body, as: UTF8.self).replacing("\\\r\n", with: " ").replacing("\\\n", with: " ")
    .split { $0 == " " || $0 == "\t" || $0 == "\n" }.joined(separator: " ")
}
