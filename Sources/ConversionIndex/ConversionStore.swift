// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel
import Sandbox

/// How the kernel's own code was converted between two trees, by the names that changed.
///
/// The index holds places only; texts are read from the two trees, which must be those that it was built from.
package struct ConversionStore: Sendable {
  package let old: Tree
  package let new: Tree
  let database: DatabaseQueue
  /// Of the index.
  package let path: String
  /// The changed files in the order of their numbers.
  let files: FileTable

  /// What an index of two trees holds.
  package enum Contents: String, Sendable {
    /// Declarations and conversions.
    case whole
    /// What the trees declare; how code was converted is known from elsewhere.
    case declarations
  }

  /// Where the index of two trees lies below a cache folder: found again by both source versions.
  package static func path(in folder: String, old: Tree, new: Tree, _ contents: Contents = .whole) -> String {
    func plain(_ version: String) -> String {
      String(version.map { $0.isASCII && ($0.isLetter || $0.isNumber || ".-+~".contains($0)) ? $0 : "_" })
    }
    return "\(folder)/\(plain(old.version))..\(plain(new.version)).\(plain(new.architecture))"
      + (contents == .whole ? ".index" : ".\(contents.rawValue).index")
  }

  /// Opens a built index.
  ///
  /// - Throws: `Failure` (`tryAgain`) if there is none, or if it is damaged, of another format or of other trees.
  package static func open(
    old: Tree, new: Tree, _ contents: Contents = .whole, at path: String
  ) async throws -> ConversionStore {
    try await offload { _ in
      let failure = Failure(.tryAgain, path, "is no whole index of these trees", remedy: "build it again")
      guard Schema.isSealed(path) else { throw failure }
      let database = try Schema.reader(path)
      let meta = try database.read { db in
        try Row.fetchAll(db, sql: "SELECT key, value FROM meta").reduce(into: [String: String]()) { $0[$1[0]] = $1[1] }
      }
      guard meta == identity(old, new, contents) else { throw failure }
      let files = try database.read(FileTable.init)
      return ConversionStore(old: old, new: new, database: database, path: path, files: files)
    }
  }

  /// Opens the index at `path`, or builds it first if there is none that can be trusted.
  ///
  /// - Throws: as `build(old:new:at:containment:progress:)`.
  package static func prepare(
    old: Tree, new: Tree, _ contents: Contents = .whole, at path: String, containment: Containment = Containment(),
    progress: @escaping @Sendable (BuildStage) -> Void = { _ in }
  ) async throws -> (store: ConversionStore, figures: BuildFigures?) {
    if let store = try? await open(old: old, new: new, contents, at: path) { return (store, nil) }
    let lock = try await BuildLock(for: path) { progress(.waiting) }
    if let store = try? await open(old: old, new: new, contents, at: path) { return (store, nil) }
    let build = IndexBuild(
      old: old, new: new, contents: contents, path: path, containment: containment, progress: progress)
    let figures = try await build.run(holding: lock)
    return (try await open(old: old, new: new, contents, at: path), figures)
  }

  /// Builds the index, whatever lies at `path`; the finished file takes its place in one step.
  ///
  /// - Throws: `Failure`: `badInput` if a tree is missing or can't be compared, `unavailable` if git can't be run or
  ///   the disk is full. Nothing is left behind.
  package static func build(
    old: Tree, new: Tree, at path: String, containment: Containment = Containment(),
    progress: @escaping @Sendable (BuildStage) -> Void = { _ in }
  ) async throws -> BuildFigures {
    let lock = try await BuildLock(for: path) { progress(.waiting) }
    return try await IndexBuild(
      old: old, new: new, contents: .whole, path: path, containment: containment, progress: progress
    ).run(holding: lock)
  }

  static func identity(_ old: Tree, _ new: Tree, _ contents: Contents) -> [String: String] {
    let trees = [
      "old": old.version, "new": new.version, "oldArchitecture": old.architecture,
      "newArchitecture": new.architecture,
    ]
    return contents == .whole ? trees : trees.merging(["contents": contents.rawValue]) { $1 }
  }
}
