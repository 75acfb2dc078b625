// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontendProtocol
import KernelModel

/// What the front end said about names on one kernel, unit by unit.
struct Knowledge: Sendable {
  let roots: Roots
  /// Whether what one unit sees is taken to be what all see.
  let isShared: Bool
  private var declarations: [String: [String: [FrontendDeclaration]]] = [:]
  private var cursors: [String: [FrontendPlace: FrontendCursor]] = [:]

  /// The compiler's working directory of each unit: paths may be relative to it.
  private let directories: [String: String]

  init(_ roots: Roots, of observations: [Observation], isShared: Bool) {
    self.roots = roots
    directories = Dictionary(
      observations.map { ($0.unit, $0.directory) }, uniquingKeysWith: { first, _ in first })
    self.isShared = isShared
  }

  mutating func take(_ inquiry: Inquiry, _ findings: Findings) {
    let directory = directories[inquiry.unit] ?? "/"
    func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(directory)/\(path)" }
    for var declaration in findings.declarations {
      declaration.place.file = absolute(declaration.place.file)
      declaration.brings = declaration.brings?.map(absolute)
      let unit = isShared && declaration.kind != "header" ? "" : inquiry.unit
      declarations[unit, default: [:]][declaration.name, default: []].append(declaration)
      if let container = declaration.container, declaration.kind == "field" {
        declarations[unit, default: [:]]["\(container).\(declaration.name)", default: []].append(declaration)
      }
    }
    for (place, cursor) in zip(inquiry.places, findings.cursors) {
      if let cursor { cursors[inquiry.unit, default: [:]][place] = cursor }
    }
  }

  /// The files, relative to the kernel tree, that came in through a header.
  func brought(by header: String, in unit: String) -> Set<String> {
    let all = (declarations[unit]?[header] ?? []).filter { $0.kind == "header" }
    let paths = all.flatMap { ($0.brings ?? []) + [$0.place.file] }
    return Set(
      paths.compactMap { path in
        if case .kernel(let relative) = roots.file(path, directory: "/") { return relative }
        return nil
      })
  }

  private func all(_ name: String, in unit: String) -> [FrontendDeclaration] {
    (declarations[unit]?[name] ?? []) + (isShared ? declarations[""]?[name] ?? [] : [])
  }

  func cursor(_ unit: String, _ place: FrontendPlace) -> FrontendCursor? { cursors[unit]?[place] }

  /// The kernel's declarations of a name that is no field, or of a field named with its structure.
  func ofKernel(_ name: String, in unit: String) -> [FrontendDeclaration] {
    let wantsField = name.contains(".")
    return all(name, in: unit).filter { declaration in
      guard wantsField == (declaration.kind == "field") || declaration.kind == "header" else { return false }
      if case .kernel = file(declaration) { return true }
      return false
    }
  }

  /// The best of the kernel's declarations, in the vocabulary's words.
  func declaration(_ name: String, in unit: String) -> Declaration? {
    let all = ofKernel(name, in: unit)
    return (all.first { !$0.text.hasSuffix(";") } ?? all.first).map(told)
  }

  /// What callers depend on: types of what has one, the text of macros.
  func signatures(_ name: String, in unit: String) -> Set<String> {
    Set(
      ofKernel(name, in: unit).filter { $0.kind != "type" }.map { $0.type.isEmpty ? "\($0.text) \($0.body)" : $0.type })
  }

  private func file(_ declaration: FrontendDeclaration) -> Roots.File {
    roots.file(declaration.place.file, directory: "/")
  }

  private func told(_ declaration: FrontendDeclaration) -> Declaration {
    let path =
      switch file(declaration) {
      case .driver(let path), .kernel(let path), .other(let path): path
      }
    return Declaration(
      name: declaration.name, kind: Declaration.Kind(rawValue: declaration.kind) ?? .other, text: declaration.text,
      site: Site(file: path, line: declaration.place.line, column: declaration.place.column),
      container: declaration.container, body: declaration.body)
  }
}
