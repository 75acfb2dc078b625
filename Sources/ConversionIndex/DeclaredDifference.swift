// SPDX-License-Identifier: GPL-2.0-or-later

/// Reads every file that differs between two trees, or that one of them lacks.
///
/// - Parameters:
///   - start: what `add` adds to.
///   - isWanted: which paths are looked at.
///   - add: takes a path with the bytes on both sides, nil where there is no such file.
/// - Throws: `CancellationError`.
package func difference<Sum: Sendable>(
  of old: Tree, and new: Tree, from start: Sum, where isWanted: @escaping @Sendable (String) -> Bool,
  _ add: @escaping @Sendable (inout Sum, String, [UInt8]?, [UInt8]?) -> Void
) async throws -> Sum {
  try await offload { check in
    var sum = start
    var paths: Set<String> = []
    for tree in [old, new] { try tree.collect("", where: isWanted, into: &paths, check) }
    for path in paths.sorted() {
      try check()
      let (before, after) = (tree: old.bytes(path), new.bytes(path))
      if before != after { add(&sum, path, before, after) }
    }
    return sum
  }
}

extension Tree {
  fileprivate func collect(
    _ folder: String, where isWanted: (String) -> Bool, into paths: inout Set<String>, _ check: () throws -> Void
  ) throws {
    try check()
    let (files, folders) = entries(folder)
    let prefix = folder.isEmpty ? "" : folder + "/"
    for file in files where isWanted(prefix + file) { paths.insert(prefix + file) }
    for name in folders { try collect(prefix + name, where: isWanted, into: &paths, check) }
  }
}
