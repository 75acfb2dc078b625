// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import Foundation
import KernelModel

/// What two kernels' sources declare and how their code was converted, as far as the sources are at hand.
struct TreeDeclarations: Sendable {
  /// Nil where a kernel has no source package: then only what the driver's own objects reach is known.
  let store: ConversionStore?

  init(store: ConversionStore?) { self.store = store }

  /// Opens the index of a pair of kernels, building it first if there is none (a minute or two, once per pair).
  init(old: Kernel, new: Kernel, workspace: Workspace, steps: Steps) async throws {
    guard let oldSource = old.source, let newSource = new.source else {
      store = nil
      return
    }
    let trees = (
      Tree(root: oldSource, version: old.identity.sourceVersion),
      Tree(root: newSource, version: new.identity.sourceVersion)
    )
    store = try await Self.store(
      trees.0, trees.1, pair: "\(old.identity.name) → \(new.identity.name)", workspace: workspace, steps: steps)
  }

  /// The index of any two trees; `pair` names them to people.
  static func store(
    _ old: Tree, _ new: Tree, _ contents: ConversionStore.Contents = .whole, pair: String, workspace: Workspace,
    steps: Steps
  ) async throws -> ConversionStore {
    let folder = workspace.cache + "/indexes"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return try await steps.measure("index", "opening the index of conversions \(pair)") {
      try await ConversionStore.prepare(
        old: old, new: new, contents, at: ConversionStore.path(in: folder, old: old, new: new, contents),
        containment: workspace.containment
      ) { stage in
        switch stage {
        case .waiting: steps.say("waiting for another process that builds the index \(pair)")
        case .comparing: steps.say("comparing the trees \(pair), once per pair of kernels")
        case .collecting(let files, let all):
          steps.say("indexing conversions \(pair): \(10 * (files * 10 / max(1, all))) %")
        case .writing: steps.say("writing the index \(pair)")
        }
      }.store
    }
  }

  /// Where the new kernel declares each name, and for a header's path the headers of the same name.
  func inNewTree(_ names: Set<String>) async throws -> [String: [Declaration]] {
    guard let store else { return [:] }
    var declared: [String: [Declaration]] = [:]
    for name in names.sorted() {
      let (container, member) = Self.split(name)
      var found = try await store.declarations(of: member, in: .new, container: container)
      if found.isEmpty, name.hasSuffix(".h") { found = namesakes(of: name, in: store.new.root) }
      if !found.isEmpty { declared[name] = found }
    }
    return declared
  }

  /// Breaks of symbols in namespaces with the macro that imports one, as the new tree defines it.
  func withImports(_ breaks: [Break]) async throws -> [Break] {
    guard let store, breaks.contains(where: { $0.kind == .namespace }) else { return breaks }
    let macro = try await store.declarations(of: BuildProtocol.namespaceImport, in: .new).first { $0.kind == .macro }
    return breaks.map { found in
      var found = found
      if found.kind == .namespace { found.after = macro }
      return found
    }
  }

  /// In-tree files whose use of a symbol was converted.
  func converted(_ symbol: String) async throws -> Int? {
    try await store?.filesLosing(symbol).changed
  }

  /// `struct file.f_op` is the field of a structure.
  private static func split(_ name: String) -> (container: String?, member: String) {
    guard !name.hasSuffix(".h"), name.contains(" "), let dot = name.lastIndex(of: ".") else { return (nil, name) }
    return (String(name[..<dot]), String(name[name.index(after: dot)...]))
  }

  /// Headers below `include/` with the same file name.
  private func namesakes(of header: String, in root: String) -> [Declaration] {
    guard let file = header.split(separator: "/").last.map(String.init) else { return [] }
    let include = "\(root)/include"
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: include)) ?? []
    return folders.sorted().compactMap { folder in
      let path = "\(folder)/\(file)"
      guard path != header, FileManager.default.fileExists(atPath: "\(include)/\(path)") else { return nil }
      return Declaration(
        name: path, kind: .header, text: "#include <\(path)>", site: Site(file: "include/\(path)", line: 1))
    }
  }
}

extension TreeDeclarations {
  /// What a kernel's tree declares under each name; names without a declaration are left out.
  func declared(_ names: Set<String>, on kernel: Kernel) async throws -> [String: [Declaration]] {
    guard let store else { return [:] }
    var declared: [String: [Declaration]] = [:]
    if kernel.source == store.old.root || kernel.source == store.new.root {
      let side: ConversionIndex.Side = kernel.source == store.old.root ? .old : .new
      for name in names.sorted() {
        let found = try await store.declarations(of: name, in: side)
        if !found.isEmpty { declared[name] = found }
      }
    } else {
      for root in Self.headerTrees(of: kernel) {
        declared.merge(try await Tree(root: root, version: "").declarations(of: names)) { $0 + $1 }
      }
    }
    return declared
  }

  /// The source, or for a kernel without it the trees of its header packages.
  static func headerTrees(of kernel: Kernel) -> [String] {
    if let source = kernel.source { return [source] }
    return kernel.mounts.flatMap { mount in
      ((try? FileManager.default.contentsOfDirectory(atPath: mount.host)) ?? []).sorted().map { "\(mount.host)/\($0)" }
    }
  }
}
