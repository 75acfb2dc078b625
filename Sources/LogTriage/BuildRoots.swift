// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Where the trees stood that a build's log talks about, so that places come out relative to them.
package struct BuildRoots: Sendable, Hashable {
  /// Absolute path of the driver's root, as the log names it.
  package var driver: String
  /// Absolute paths of the kernel's trees, as the log names them.
  package var kernel: [String]

  package init(driver: String, kernel: [String]) {
    self.driver = driver
    // The longest first: one tree may lie in another.
    self.kernel = kernel.sorted { ($0.utf8.count, $1) > ($1.utf8.count, $0) }
  }

  /// A path, read in `directory`, relative to the tree that holds it; as it is where none does.
  package func relative(_ path: some StringProtocol, in directory: String) -> String {
    let folded = folded(path, in: directory)
    for root in [driver] + kernel where folded.hasPrefix(root + "/") {
      return String(folded.dropFirst(root.utf8.count + 1))
    }
    return folded
  }

  /// Whether a path, read in `directory`, lies in the driver.
  func isInDriver(_ path: some StringProtocol, in directory: String) -> Bool {
    folded(path, in: directory).hasPrefix(driver + "/")
  }

  private func folded(_ path: some StringProtocol, in directory: String) -> String {
    var parts: [Substring] = []
    let absolute = path.hasPrefix("/") || directory.isEmpty ? String(path) : "\(directory)/\(path)"
    for part in absolute.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return (absolute.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }

  /// A message without the roots' paths.
  func shortened(_ message: String) -> String {
    var message = message
    for root in [driver] + kernel where message.contains(root + "/") {
      message = message.split(separator: root + "/", omittingEmptySubsequences: false).joined()
    }
    return message
  }
}
