// SPDX-License-Identifier: GPL-2.0-or-later

import Sandbox

/// A folder of compiled objects, by what went into each: ccache(1)'s; or of answers to Kbuild's questions.
///
/// One build fills it; any number may take from it at a time, on the same kernel with the same options.
package struct CompiledObjects: Sendable, Hashable {
  /// Absolute host path of an existing folder.
  package var folder: String
  package var isFilled: Bool

  package init(folder: String, isFilled: Bool) { (self.folder, self.isFilled) = (folder, isFilled) }
}

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
  /// Objects of an earlier build, for those that nothing changes.
  package var objects: CompiledObjects?
  /// What the compiler said when Kbuild tried its options on an empty file, dozens of times for every make.
  package var probes: CompiledObjects?

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
    (objects, probes) = (nil, nil)
  }
}
