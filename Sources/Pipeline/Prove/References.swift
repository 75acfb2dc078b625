// SPDX-License-Identifier: GPL-2.0-or-later

import KernelBuild
import KernelModel

/// What the unadapted driver shows on the kernel that it was made for: what the adapted one is held against.
struct References: Sendable {
  /// With `W=1` and sparse.
  var checks: DriverBuild
  /// Nil where that kernel can't be booted.
  var boot: BootRecord?

  init(_ builds: OriginalBuilds, builder: Builder, gate: BootGate?) async throws {
    async let checks = builder.build(
      builds.driver, on: builds.from.kernel, label: "original", options: Builder.checks)
    async let boot = gate?.boot(builds.from, label: "original")
    self.checks = try await checks
    self.boot = try await boot ?? nil
  }
}

extension Builder {
  /// `W=1` and sparse in one run.
  static let checks = BuildOptions(warnings: true, sparse: true, jobs: 1, ignoresExclusion: true)
}
