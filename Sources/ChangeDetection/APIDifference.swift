// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What a change of some files did to the names that they declare and export.
///
/// New names are no news. A name that is declared several times, under conditions of the preprocessor or for several
/// architectures, changed if one of its declarations has no counterpart any more.
package struct APIDifference {
  private let files: [DeclaredFile]
  private var old = DeclarationTable()
  private var new = DeclarationTable()
  /// By the name by which a header is included, the names that it includes itself.
  private var includes: [String: Set<String>] = [:]
  /// By header, the words of the macros that hold declarations.
  private var macros: [String: Set<String>] = [:]

  /// - Parameter files: those that differ, each once.
  /// - Returns: by place in the new tree, then by name.
  package static func changes(in files: [DeclaredFile]) -> [APIChange] {
    APIDifference(files).changes()
  }

  private init(_ files: [DeclaredFile]) {
    self.files = files
    for file in files {
      old.add(file.before ?? [])
      new.add(file.after ?? [])
      includes[DeclaredFile.includeName(file.path)] = file.includes
      for macro in file.after ?? [] where macro.kind == .macro && macro.body.contains(";") {
        macros[file.path, default: []].formUnion(
          macro.body.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
      }
    }
  }

  private func changes() -> [APIChange] {
    let headers = headers()
    var found = headers
    var gone: [DeclarationTable.Key: Declaration] = [:]
    for key in old.order {
      let (left, right) = unmatched(key)
      guard let before = left.first else { continue }
      guard !new[key].isEmpty else {
        gone[key] = before
        continue
      }
      found += changed(before, left, right, key)
    }
    found += lost(gone)
    // Who includes the header where it lies now has all of it.
    let homes = Set(headers.compactMap(\.successor))
    found.removeAll { $0.kind == .moved && homes.contains($0.successor ?? "") }
    return found.sorted { one, other in
      (one.site, one.name, one.kind.rawValue) < (other.site, other.name, other.kind.rawValue)
    }
  }

  // MARK: Declared before and after

  /// The declarations of either side that the other one does not have, as its users see them.
  private func unmatched(_ key: DeclarationTable.Key) -> (old: [Declaration], new: [Declaration]) {
    var right = new[key]
    let left = old[key].filter { before in
      guard let same = right.firstIndex(where: { isSame(before, $0) }) else { return true }
      right.remove(at: same)
      return false
    }
    return (left, right)
  }

  private func isSame(_ before: Declaration, _ after: Declaration) -> Bool {
    before.text == after.text && before.kind == after.kind && before.container == after.container
      && (before.site.file == after.site.file || before.kind == .export)
  }

  private func changed(
    _ before: Declaration, _ left: [Declaration], _ right: [Declaration], _ key: DeclarationTable.Key
  ) -> [APIChange] {
    if key.space == .tag { return tag(left, key) }
    guard let after = right.first(where: { $0.kind == before.kind }) ?? right.first else { return [] }
    if let kind = Comparison.kind(before, after) {
      return [change(kind, before, after)]
    }
    return before.kind == .export ? [] : moved(before, key)
  }

  /// A structure whose definition is gone, and that is still announced.
  private func tag(_ left: [Declaration], _ key: DeclarationTable.Key) -> [APIChange] {
    guard let before = left.first(where: Self.isDefinition) else { return [] }
    let definitions = new[key].filter(Self.isDefinition)
    if let after = definitions.first(where: { Self.isPublic($0) || !Self.isPublic(before) }) {
      let isReached = after.site.file == before.site.file || reaches(before.site.file, after.site.file)
      return isReached ? [] : [moved(before, to: after)]
    }
    return [change(.madeOpaque, before, new[key].first)]
  }

  /// The same declaration in another header only.
  private func moved(_ before: Declaration, _ key: DeclarationTable.Key) -> [APIChange] {
    guard key.space != .field else { return [] }
    let homes = Set(new[key].map(\.site.file))
    guard !homes.contains(before.site.file), let after = new[key].first else { return [] }
    if homes.contains(where: { reaches(before.site.file, $0) }) { return [] }
    if Self.isPublic(before), !new[key].contains(where: Self.isPublic) {
      return [change(goneKind(before), before, nil)]
    }
    return [moved(before, to: after)]
  }

  /// Whether who includes a header has another one by that, as far as the changed files show.
  private func reaches(_ header: String, _ other: String) -> Bool {
    let name = DeclaredFile.includeName(other)
    var open = [DeclaredFile.includeName(header)]
    var seen: Set<String> = []
    while let next = open.popLast() {
      guard seen.insert(next).inserted, let included = includes[next] else { continue }
      if included.contains(name) { return true }
      open += included
    }
    return false
  }

  private func moved(_ before: Declaration, to after: Declaration) -> APIChange {
    var change = change(.moved, before, after)
    change.successor = DeclaredFile.includeName(after.site.file)
    return change
  }

  // MARK: Gone

  private func lost(_ gone: [DeclarationTable.Key: Declaration]) -> [APIChange] {
    let lostFields = Dictionary(grouping: gone.values.filter { $0.kind == .field }) { $0.container ?? "" }
    let came = new.order.filter { $0.space == .field && old[$0].isEmpty && lostFields[$0.container ?? ""] != nil }
    let newFields = Dictionary(grouping: came.compactMap { new[$0].first }) { $0.container ?? "" }
    return old.order.compactMap { key in
      guard let before = gone[key] else { return nil }
      // That nobody points to a structure any more does not take it away.
      if key.space == .tag, old[key].allSatisfy({ !Self.isDefinition($0) }) { return nil }
      // What goes with its structure or function is no change of its own.
      if key.space == .field, let container = before.container, !isVisible(container, before) { return nil }
      if key.space == .field, isBroughtByMacro(before) { return nil }
      if key.space == .export {
        let function = DeclarationTable.Key(space: .ordinary, container: nil, name: key.name)
        let isInline = new[function].contains { $0.kind == .macro || $0.kind == .inlineFunction }
        return gone[function] == nil && !isInline ? change(.unexported, before, nil) : nil
      }
      var result = change(goneKind(before), before, nil)
      if key.space == .field, let container = before.container,
        let name = renamed(before, lostFields[container] ?? [], newFields[container] ?? [])
      {
        (result.kind, result.successor) = (.fieldRenamed, name.name)
        (result.after, result.site) = (name, name.site)
      }
      return result
    }
  }

  /// A structure's definition is in the new files, where a user of the field sees it, or in none of those that changed.
  private func isVisible(_ container: String, _ field: Declaration) -> Bool {
    guard let tag = container.split(separator: " ").last.map(String.init), tag != container else { return true }
    let key = DeclarationTable.Key(space: .tag, container: nil, name: tag)
    return old[key].isEmpty
      || new[key].contains { Self.isDefinition($0) && (Self.isPublic($0) || !Self.isPublic(field)) }
  }

  /// A macro of the same header declares a field of this name now, wherever it is used.
  private func isBroughtByMacro(_ field: Declaration) -> Bool {
    macros[field.site.file]?.contains(field.name) ?? false
  }

  /// The only field of its structure that came, and is declared alike; nil where several went or came so.
  private func renamed(_ before: Declaration, _ lost: [Declaration], _ came: [Declaration]) -> Declaration? {
    let signature = Signature(before)
    func isAlike(_ other: Declaration) -> Bool { Signature(other) == signature }
    let found = came.filter(isAlike)
    return found.count == 1 && lost.count(where: isAlike) == 1 ? found[0] : nil
  }

  private func goneKind(_ declaration: Declaration) -> APIChange.Kind {
    switch declaration.kind {
    case .function, .inlineFunction: .functionGone
    case .field: .fieldGone
    case .type: .typeGone
    case .export: .unexported
    default: declaration.text.hasPrefix("typedef") ? .typeGone : .nameGone
    }
  }

  // MARK: Headers

  private func headers() -> [APIChange] {
    let newHeaders = Set(files.filter { $0.before == nil && $0.path.hasSuffix(".h") }.map(\.path))
    return files.filter { $0.path.hasSuffix(".h") && $0.before != nil && $0.after == nil }.map { file in
      let successor = successor(of: file, among: newHeaders)
      return APIChange(
        kind: successor == nil ? .headerGone : .headerMoved, symbol: DeclaredFile.includeName(file.path),
        successor: successor.map(DeclaredFile.includeName), site: Site(file: successor ?? file.path, line: 0),
        isPublic: DeclaredFile.isPublic(file.path))
    }
  }

  /// The new header that declares most of what a lost one did.
  private func successor(of file: DeclaredFile, among newHeaders: Set<String>) -> String? {
    let keys = Set((file.before ?? []).map { DeclarationTable.key($0) })
    var shares: [String: Int] = [:]
    for key in keys {
      for home in Set(new[key].map(\.site.file)) where newHeaders.contains(home) { shares[home, default: 0] += 1 }
    }
    return shares.filter { $0.value * 2 > keys.count }.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }

  // MARK: All

  /// Not `struct foo;`.
  private static func isDefinition(_ declaration: Declaration) -> Bool { !declaration.text.hasSuffix(";") }

  private static func isPublic(_ declaration: Declaration) -> Bool { DeclaredFile.isPublic(declaration.site.file) }

  private func change(_ kind: APIChange.Kind, _ before: Declaration, _ after: Declaration?) -> APIChange {
    APIChange(
      kind: kind, symbol: before.name, container: kind == .namespace ? after?.container : before.container,
      before: before, after: after, site: after?.site ?? before.site, isPublic: Self.isPublic(before))
  }
}
