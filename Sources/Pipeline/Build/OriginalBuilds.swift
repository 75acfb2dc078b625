// SPDX-License-Identifier: GPL-2.0-or-later

import KernelBuild
import KernelModel

/// The unadapted driver, built on every kernel of a run.
struct OriginalBuilds: Sendable {
  var loaded: LoadedDriver
  /// On the kernel that it builds on.
  var from: DriverBuild
  /// On the kernel that it shall build on.
  var to: DriverBuild
  /// On the other kernels to be kept.
  var others: [DriverBuild]

  var driver: Driver { loaded.driver }
  /// Every kernel that the result has to keep building on.
  var kept: [DriverBuild] { [from] + others }

  /// Builds the driver everywhere, two builds at a time.
  ///
  /// - Throws: `Failure` (`badInput`) if it does not build on a kernel that is to be kept: then there is nothing to
  ///   compare with.
  init(_ loaded: LoadedDriver, from: Kernel, to: Kernel, others: [Kernel], with builder: Builder) async throws {
    let kernels = [from, to] + others
    let builds = try await concurrently(
      2,
      kernels.map { kernel in
        { @Sendable in
          try await builder.build(loaded.driver, on: kernel, label: "original", options: BuildOptions(jobs: 1))
        }
      })
    self.loaded = loaded
    self.from = builds[0]
    self.to = builds[1]
    self.others = Array(builds.dropFirst(2))
    for build in [self.from] + self.others { try Self.require(build, of: loaded.driver) }
    if case .notApplicable(let condition) = self.to.record.result {
      throw Failure(
        .badInput, loaded.driver.name, "is not meant for \(to.identity.name): \(condition)",
        remedy: "change the condition in dkms.conf if it shall be")
    }
    if let conf = try await builder.kbuild.dkmsConf(of: loaded.driver, in: self.from.stage, for: from) {
      if !conf.packageName.isEmpty { self.loaded.driver.name = conf.packageName }
      if !conf.packageVersion.isEmpty { self.loaded.driver.version = conf.packageVersion }
    }
  }

  private static func require(_ build: DriverBuild, of driver: Driver) throws {
    let kernel = build.kernel.identity.name
    switch build.record.result {
    case .built: return
    case .notApplicable(let condition):
      throw Failure(.badInput, driver.name, "is not meant for \(kernel): \(condition)", remedy: "choose another kernel")
    case .failed(let reason):
      let first = build.errors.first.map { "\($0.site.map { "\($0): " } ?? "")\($0.message)" } ?? reason
      throw Failure(
        .badInput, driver.name, "does not build on \(kernel) either: \(first)",
        remedy: "name a kernel that it builds on; kmend learns the difference from there",
        detail: String(decoding: build.record.output.suffix(8_000), as: UTF8.self))
    }
  }
}
