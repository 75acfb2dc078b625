// SPDX-License-Identifier: GPL-2.0-or-later

import Sandbox

/// What a build asks of Kbuild beyond the modules themselves.
package struct BuildOptions: Sendable, Hashable {
  /// More warnings, as `make W=1`.
  package var warnings: Bool
  /// Check each source with sparse, as `make C=2`; its lines in the log begin with `sparse: `. Kbuild leaves it out where
  /// it finds sparse too old for its headers, and says so in the log.
  package var sparse: Bool
  /// Recipes that make runs at a time.
  package var jobs: Int
  /// Go on after an error, as `make -k`, so that one log holds the errors of all objects.
  package var keepsGoing: Bool
  /// Build even where `dkms.conf` says that the driver is not for this kernel.
  package var ignoresExclusion: Bool
  package var limits: Limits

  package init(
    warnings: Bool = false, sparse: Bool = false, jobs: Int = 2, keepsGoing: Bool = true,
    ignoresExclusion: Bool = false,
    limits: Limits = Limits(seconds: 900, processes: 1024, output: 32 << 20, fileSize: 512 << 20)
  ) {
    self.warnings = warnings
    self.sparse = sparse
    self.jobs = jobs
    self.keepsGoing = keepsGoing
    self.ignoresExclusion = ignoresExclusion
    self.limits = limits
  }
}
