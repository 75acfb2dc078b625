// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import Glibc
import KernelModel
import Sandbox

/// One run of building an index.
struct IndexBuild: Sendable {
  let old: Tree
  let new: Tree
  let contents: ConversionStore.Contents
  let path: String
  let containment: Containment
  let progress: @Sendable (BuildStage) -> Void

  /// Builds in a folder beside `path` and renames the result into place; the folder is gone afterwards.
  func run(holding lock: borrowing BuildLock) async throws -> BuildFigures {
    let start = ContinuousClock.now
    for tree in [old, new] where !tree.isWhole {
      throw Failure(.badInput, tree.root, "is not a kernel source tree", remedy: "fetch the kernel's source")
    }
    let folder = "\(path).building"
    // What a killed build left; nobody uses it, since this process holds the lock.
    try? FileManager.default.removeItem(atPath: folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      try FileManager.default.createDirectory(atPath: "\(folder)/diff", withIntermediateDirectories: true)
      progress(.comparing)
      async let declared = offload { [old, new] check in try DeclarationCollector.collect(old, new, check: check) }
      let changes =
        contents == .declarations
        ? []
        : try await TreeDifference(old: old, new: new, containment: containment).changes(scratch: "\(folder)/diff")
      try FileManager.default.removeItem(atPath: "\(folder)/diff")
      let hunks = try await offload { check in try collect(changes, check: check) }
      let declarations = try await declared
      progress(.writing)
      let symbols = try await offload { _ in try write(hunks, declarations, to: "\(folder)/index") }
      guard rename("\(folder)/index", path) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
      return BuildFigures(
        seconds: (ContinuousClock.now - start) / .seconds(1), files: hunks.files.count, hunks: hunks.hunkCount,
        symbols: symbols, declarations: declarations.count, bytes: size, peakMemory: Self.peakMemory)
    } catch let error as DatabaseError {
      throw Failure(
        .unavailable, path, "can't be written (\(error.resultCode.rawValue): \(error.message ?? "SQLite error"))",
        remedy: "check the space and the rights of its folder")
    } catch let error as CocoaError {
      throw Failure(.unavailable, path, "can't be written (\(error.localizedDescription))")
    } catch let error as POSIXError {
      throw Failure(.unavailable, path, "can't be written (\(error.localizedDescription))")
    }
  }

  private func collect(_ changes: [FileChange], check: () throws -> Void) throws -> HunkCollector {
    var hunks = HunkCollector()
    for (index, change) in changes.enumerated() {
      if index.isMultiple(of: 256) {
        try check()
        progress(.collecting(files: index, of: changes.count))
      }
      guard let kind = FileClass(path: change.path[...]), let oldText = old.bytes(change.path),
        let newText = new.bytes(change.path)
      else { continue }
      var change = change
      if let objects = new.objects {
        // What is no text has no lines.
        guard let lines = try? objects.changedLines(oldText, newText), !lines.isEmpty else { continue }
        change.hunks = lines.map { Hunk(old: $0.old, new: $0.new) }
      }
      hunks.add(change, kind: kind, old: oldText, new: newText)
    }
    return hunks
  }

  private func write(_ hunks: HunkCollector, _ declarations: DeclarationCollector, to file: String) throws -> Int {
    let queue = try Schema.writer(file)
    let symbols = try queue.inDatabase { db in
      try db.execute(sql: Schema.tables)
      var symbols = 0
      try db.inTransaction {
        let writer = IndexWriter(database: db)
        try writer.meta(ConversionStore.identity(old, new, contents))
        symbols = try writer.write(hunks)
        try writer.write(declarations)
        try db.execute(sql: Schema.indices)
        return .commit
      }
      return symbols
    }
    try queue.close()
    try Schema.seal(file)
    return symbols
  }

  /// getrusage(2) counts kilobytes.
  private static var peakMemory: Int {
    [RUSAGE_SELF.rawValue, RUSAGE_CHILDREN.rawValue].map { who in
      var usage = rusage()
      getrusage(__rusage_who_t(who), &usage)
      return usage.ru_maxrss << 10
    }.max() ?? 0
  }
}
