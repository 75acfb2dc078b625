// SPDX-License-Identifier: GPL-2.0-or-later

import ChangeDetection
import ConversionIndex
import KernelModel

/// Files before and after a change, as the detection of API changes reads them.
struct ChangedFiles {
  /// A file larger than this was made by a program.
  static let limit = 4 << 20
  private var declared: [DeclaredFile] = []
  private var build: [BuildDifference.File] = []

  /// Whether a file may hold an API change that drivers on this machine see. Trace events name what they trace, and
  /// declare nothing under that name.
  static func isWanted(_ path: String) -> Bool {
    let own = "arch/\(Tree(root: "", version: "").architecture)/"
    return isIndexed(path) && !path.hasPrefix("include/trace/") && (!path.hasPrefix("arch/") || path.hasPrefix(own))
  }

  /// - Parameters:
  ///   - path: relative to the kernel tree.
  ///   - before, after: nil where there is no such file.
  mutating func add(_ path: String, before: [UInt8]?, after: [UInt8]?) {
    guard path.hasSuffix(".h") || path.hasSuffix(".c") || path.hasSuffix(".S") else {
      build.append(BuildDifference.File(path: path, before: before ?? [], after: after ?? []))
      return
    }
    let (old, new) = (
      before.map { fileDeclarations($0, path: path) }, after.map { fileDeclarations($0, path: path) }
    )
    if path.hasSuffix(".h") || old?.isEmpty == false || new?.isEmpty == false {
      let includes = path.hasSuffix(".h") ? after.map(IncludedHeaders.of) ?? [] : []
      declared.append(DeclaredFile(path: path, before: old, after: new, includes: includes))
    }
  }

  /// The same for pieces of a file, each with the number of its first line, from 1.
  mutating func add(_ path: String, before: [(text: [UInt8], line: Int)]?, after: [(text: [UInt8], line: Int)]?) {
    guard path.hasSuffix(".h") else {
      func whole(_ pieces: [(text: [UInt8], line: Int)]?) -> [UInt8]? { pieces.map { $0.flatMap(\.text) } }
      return add(path, before: whole(before), after: whole(after))
    }
    let includes = (after ?? []).reduce(into: Set<String>()) { $0.formUnion(IncludedHeaders.of($1.text)) }
    func declarations(_ pieces: [(text: [UInt8], line: Int)]?) -> [Declaration]? {
      pieces?.flatMap { piece in
        fragmentDeclarations(piece.text, path: path).map { declaration in
          var declaration = declaration
          declaration.site.line += piece.line - 1
          return declaration
        }
      }
    }
    declared.append(
      DeclaredFile(path: path, before: declarations(before), after: declarations(after), includes: includes))
  }

  /// What changed, with what only the message tells.
  func changes(message: String) -> [APIChange] {
    let found = APIDifference.changes(in: declared) + BuildDifference.changes(in: build)
    guard let first = declared.first(where: { DeclaredFile.isPublic($0.path) }) else { return found }
    let site = Site(file: first.path, line: 0)
    return found + MessageStatements.changes(in: message, besides: Set(found.map(\.symbol)), site: site)
  }
}
