// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What one header declares, or one source exports, before and after a change.
package struct DeclaredFile: Sendable {
  /// Relative to the kernel tree; the new path of a file that was moved.
  package var path: String
  /// Nil where there was no such file.
  package var before: [Declaration]?
  /// Nil where there is none any more.
  package var after: [Declaration]?
  /// The headers that it includes after the change, by the names that stand there: who includes it has theirs as well.
  package var includes: Set<String>

  package init(path: String, before: [Declaration]?, after: [Declaration]?, includes: Set<String> = []) {
    (self.path, self.before, self.after, self.includes) = (path, before, after, includes)
  }

  /// Modules outside of the tree can include it, or link to what it exports.
  package static func isPublic(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    return !path.hasSuffix(".h") || parts.first == "include"
      || (parts.count > 3 && parts[0] == "arch" && parts[2] == "include")
  }

  /// The name by which modules include a header: `linux/foo.h`; the path itself for others.
  package static func includeName(_ path: String) -> String {
    guard isPublic(path), let range = path.firstRange(of: "include/") else { return path }
    let name = path[range.upperBound...]
    return String(name.hasPrefix("uapi/") ? name.dropFirst(5) : name)
  }
}
