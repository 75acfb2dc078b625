// SPDX-License-Identifier: GPL-2.0-or-later

/// Where a parse saw the driver and the kernel: absolute paths inside the sandbox, without a slash at their end.
package struct Roots: Hashable, Sendable {
  /// The driver's root.
  package var driver: String
  /// The kernel's header trees, e.g. `/usr/src/linux-headers-6.12.117+deb12-common` and the flavour's.
  package var kernel: [String]

  package init(driver: String, kernel: [String]) {
    self.driver = driver
    self.kernel = kernel
  }

  /// A file as a person names it.
  enum File: Hashable {
    /// Relative to the driver's root.
    case driver(String)
    /// Relative to the kernel tree.
    case kernel(String)
    case other(String)
  }

  /// - Parameters:
  ///   - path: as clang gives it, perhaps relative.
  ///   - directory: the compiler's working directory.
  func file(_ path: String, directory: String) -> File {
    let absolute = folded(path.hasPrefix("/") ? path : directory + "/" + path)
    if let rest = below(absolute, driver) { return .driver(rest) }
    for root in kernel {
      if let rest = below(absolute, root) { return .kernel(rest) }
    }
    return .other(absolute)
  }

  private func below(_ path: String, _ root: String) -> String? {
    path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : nil
  }

  /// The path without `.`, `..` and doubled slashes.
  private func folded(_ path: String) -> String {
    guard path.contains("//") || path.contains("/.") else { return path }
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", !parts.isEmpty { parts.removeLast() } else if part != ".." { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
