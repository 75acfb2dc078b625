// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import GitStore
import KernelModel

/// A tree of a git repository as the index reads it.
extension GitTree: TreeObjects {
  package func contents(_ path: String) -> String? { blob(path)?.description }

  package func paths(
    differingFrom old: any TreeObjects, where isWanted: @escaping @Sendable (String) -> Bool
  ) throws -> [String] {
    guard let old = old as? GitTree else { throw Failure(.ourFault, commit.description, "is compared with a folder") }
    return paths(differingFrom: old, where: isWanted)
  }

  package func changedLines(_ old: [UInt8], _ new: [UInt8]) throws -> [(old: Range<Int>, new: Range<Int>)] {
    try Diffing.changedLines(old, new).map { ($0.old, $0.new) }
  }
}
