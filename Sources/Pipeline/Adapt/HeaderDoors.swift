// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel

/// Through which of the driver's own includes a kernel's headers come in.
///
/// Many headers can't be included by themselves; what the driver includes can, for it compiles.
enum HeaderDoors {
  private static let maximalHeaders = 5_000

  /// For each header that is reached, by its path between brackets, the include that reaches it in the fewest steps.
  ///
  /// - Parameters:
  ///   - includes: what the driver includes, the most important first.
  ///   - trees: roots of the kernel's trees. Conditions in its headers are not looked at.
  static func find(from includes: [String], in trees: [String]) -> [String: String] {
    var doors: [String: String] = [:]
    var queue: [String] = []
    for header in includes where doors[header] == nil {
      doors[header] = header
      queue.append(header)
    }
    var next = 0
    while next < queue.count, queue.count < maximalHeaders {
      let header = queue[next]
      next += 1
      guard let text = text(of: header, in: trees) else { continue }
      for inner in IncludedHeaders.of(text).sorted() where doors[inner] == nil {
        doors[inner] = doors[header]
        queue.append(inner)
      }
    }
    return doors
  }

  private static func text(of header: String, in trees: [String]) -> Data? {
    for tree in trees {
      for folder in ["include", "arch/x86/include", "include/uapi", "arch/x86/include/uapi"] {
        if let text = FileManager.default.contents(atPath: "\(tree)/\(folder)/\(header)") { return text }
      }
    }
    return nil
  }
}
