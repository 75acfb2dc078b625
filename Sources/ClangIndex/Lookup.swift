// SPDX-License-Identifier: GPL-2.0-or-later

import CClang
import CFrontendProtocol

/// Collects the declarations of some names while libclang visits a unit.
private final class Search {
  /// Names asked for as such.
  var plain: Set<String> = []
  /// Fields asked for, each with the containers it was asked in.
  var fields: [String: Set<String>] = [:]
  var found: [String: [FrontendDeclaration]] = [:]
  let unit: TranslationUnit
  /// Declarations told per name: a name that every structure has tells nothing more after so many.
  let limit = 16

  init(_ names: [String], unit: TranslationUnit) {
    self.unit = unit
    for name in names where !name.hasSuffix(".h") {
      guard let dot = name.lastIndex(of: ".") else {
        plain.insert(name)
        continue
      }
      fields[String(name[name.index(after: dot)...]), default: []].insert(String(name[..<dot]))
    }
  }

  func visit(_ cursor: CXCursor) -> CXChildVisitResult {
    let kind = clang_getCursorKind(cursor)
    let next =
      switch kind {
      case CXCursor_StructDecl, CXCursor_UnionDecl, CXCursor_EnumDecl: CXChildVisit_Recurse
      default: CXChildVisit_Continue
      }
    guard kind != CXCursor_MacroExpansion, kind != CXCursor_InclusionDirective else { return next }
    let name = take(clang_getCursorSpelling(cursor))
    if plain.contains(name) { add(cursor, as: name) }
    if kind == CXCursor_FieldDecl, let containers = fields[name],
      let container = unit.container(clang_getCursorSemanticParent(cursor)), containers.contains(container)
    {
      add(cursor, as: "\(container).\(name)")
    }
    return next
  }

  private func add(_ cursor: CXCursor, as query: String) {
    guard found[query, default: []].count < limit, let declaration = unit.declaration(cursor),
      !found[query, default: []].contains(declaration)
    else { return }
    found[query, default: []].append(declaration)
  }
}

extension TranslationUnit {
  /// Every declaration of `names` that the unit sees, by order of `names`, definitions of structures alone where
  /// there are some.
  func lookup(_ names: [String]) -> [FrontendDeclaration] {
    let search = Search(names, unit: self)
    if !search.plain.isEmpty || !search.fields.isEmpty {
      withExtendedLifetime(search) {
        _ = clang_visitChildren(
          clang_getTranslationUnitCursor(unit),
          { cursor, _, context in
            guard let context else { return CXChildVisit_Break }
            return Unmanaged<Search>.fromOpaque(context).takeUnretainedValue().visit(cursor)
          }, Unmanaged.passUnretained(search).toOpaque())
      }
    }
    let headers = names.contains { $0.hasSuffix(".h") } ? inclusions() : []
    return names.flatMap { name in
      if name.hasSuffix(".h") { return header(name, among: headers) }
      let all = search.found[name] ?? []
      let defined = all.filter { $0.kind != "type" || !$0.text.hasSuffix(";") }
      return defined.isEmpty ? all : defined
    }
  }

  /// The file that the unit included as `name`, and what came in through it.
  private func header(_ name: String, among inclusions: [Inclusion]) -> [FrontendDeclaration] {
    guard let path = inclusions.first(where: { $0.path == name || $0.path.hasSuffix("/" + name) })?.path else {
      return []
    }
    return [
      FrontendDeclaration(
        name: name, kind: "header", text: "#include <\(name)>", place: FrontendPlace(file: path, line: 1, column: 1),
        brings: inclusions.filter { $0.through.contains(path) }.map(\.path))
    ]
  }

  /// A file that the unit read, and the headers through which it came in.
  private struct Inclusion {
    var path: String
    var through: Set<String>
  }

  private func inclusions() -> [Inclusion] {
    final class Inclusions { var list: [Inclusion] = [] }
    let inclusions = Inclusions()
    withExtendedLifetime(inclusions) {
      clang_getInclusions(
        unit,
        { file, stack, depth, context in
          guard let file, let context else { return }
          let through = (0..<Int(depth)).compactMap { level in
            stack.flatMap { Spot.expansion($0[level]).file }.map { take(clang_getFileName($0)) }
          }
          Unmanaged<Inclusions>.fromOpaque(context).takeUnretainedValue().list
            .append(Inclusion(path: take(clang_getFileName(file)), through: Set(through)))
        }, Unmanaged.passUnretained(inclusions).toOpaque())
    }
    return inclusions.list
  }

  /// The lines of a file that the preprocessor left out.
  func inactiveLines(_ path: String) -> [FrontendLines] {
    guard let file = clang_getFile(unit, path), let ranges = clang_getSkippedRanges(unit, file) else { return [] }
    defer { clang_disposeSourceRangeList(ranges) }
    return (0..<Int(ranges.pointee.count)).compactMap { number in
      let first = Spot.spelling(clang_getRangeStart(ranges.pointee.ranges[number])).line + 1
      let last = Spot.spelling(clang_getRangeEnd(ranges.pointee.ranges[number])).line - 1
      return first > last ? nil : FrontendLines(file: path, first: Int(first), last: Int(last))
    }
  }
}
