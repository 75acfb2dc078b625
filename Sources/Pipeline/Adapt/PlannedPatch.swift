// SPDX-License-Identifier: GPL-2.0-or-later

import Correspondence
import KernelModel

/// One patch of a series before it is proven: one logical change.
struct PlannedPatch: Sendable {
  /// The API changes that it adapts to; none for a patch that only keeps old kernels working.
  var changes: [ChangeReport]
  /// How the code keeps building on the old kernels, in sentences.
  var compatibility: String
  /// Every file of the driver that differs from the original after this patch, whole, by path.
  var files: [String: SourceText]
  /// Overrides the generated title.
  var title: String?
}
