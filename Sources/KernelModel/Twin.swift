// SPDX-License-Identifier: GPL-2.0-or-later

/// An in-tree file that is a near-copy of a file of the driver: one was forked from the other.
///
/// What the kernel's developers did to it is the best that a rule can be learned from *for this driver*: the same code,
/// converted by those who know it. So a twin counts in `Rule.support` as any other file, and a rule that nothing but the
/// twin shows is no worse than one that another single file shows. It is *no independent evidence* that the rule holds
/// elsewhere, nor that kmend learns well: the answer was copied with the question. So a twin raises no confidence, which is
/// measured on files that have nothing to do with each other, and figures of a bench are told apart by it.
package struct Twin: Codable, Hashable, Sendable {
  /// The driver's file.
  package var file: String
  /// The kernel's, relative to its tree.
  package var inTree: String
  /// How much of the smaller one stands in the other, 0…1.
  package var likeness: Double

  package init(file: String, inTree: String, likeness: Double) {
    (self.file, self.inTree, self.likeness) = (file, inTree, likeness)
  }
}
