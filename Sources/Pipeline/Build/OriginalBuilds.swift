// SPDX-License-Identifier: GPL-2.0-or-later

import KernelBuild
import KernelModel

/// The unadapted driver, built on every kernel of a run.
struct OriginalBuilds: Sendable {
  var loaded: LoadedDriver
  /// On the kernel that it builds on.
  var from: DriverBuild
  /// The same with `W=1` and sparse.
  let checks: DriverBuild
  /// On the kernel that it shall build on.
  var to: DriverBuild
  /// On the other kernels to be kept.
  var others: [DriverBuild]
  /// Sources that are compiled otherwise than they stand in the driver, on the newer kernel: no edit would be seen there.
  let changedByBuild: Set<String>
  /// What `to` was built with in place of the driver's own.
  let buildFiles: BuildFiles
  /// What a person should know about the builds.
  var notes: [String] = []
  /// Those of them that a series does not cure.
  var flags: [Flag] = []

  var driver: Driver { loaded.driver }
  /// False where the kernel that it was made for is left behind, as code that moves with its kernel does.
  var isFromKept = true
  /// Every kernel that the result has to keep building on.
  var kept: [DriverBuild] { (isFromKept ? [from] : []) + others }

  /// Builds the driver everywhere, two builds at a time.
  ///
  /// - Throws: `Failure` (`badInput`) if it does not build on a kernel that is to be kept: then there is nothing to
  ///   compare with.
  init(_ loaded: LoadedDriver, from: Kernel, to: Kernel, others: [Kernel], with builder: Builder) async throws {
    let buildFiles = try BuildFiles(of: loaded.driver, from: from, to: to)
    let kernels = [from, to] + others
    let builds = try await concurrently(
      2,
      kernels.map { kernel in
        { @Sendable in
          // The others' checks are held against this one's.
          if kernel.identity == from.identity {
            return try await builder.checked(loaded.driver, on: kernel, label: Builder.original)
          }
          let texts = kernel.identity == to.identity ? buildFiles.texts : [:]
          let build = try await builder.build(loaded.driver, with: texts, on: kernel, label: Builder.original)
          return CheckedBuild(build: build, checks: build)
        }
      })
    self.loaded = loaded
    self.from = builds[0].build
    self.checks = builds[0].checks
    self.to = builds[1].build
    self.others = builds.dropFirst(2).map(\.build)
    for build in [self.from] + self.others { try Self.require(build, of: loaded) }
    self.buildFiles = buildFiles
    let changed = try DriverTexts.changed(by: self.to, of: loaded.driver).filter {
      // Its placeholders are filled in here.
      buildFiles.texts[$0] == nil && $0 != "dkms.conf"
    }
    changedByBuild = Set(changed)
    if !changed.isEmpty {
      notes.append("the driver's build changes \(changed.joined(separator: ", ")): breaks there are not adapted")
    }
    for build in [self.from, self.to] {
      let conf = try await builder.kbuild.dkmsConf(of: loaded.driver, in: build.stage, for: build.kernel)
      guard let conf else { continue }
      if !conf.packageName.isEmpty { self.loaded.driver.name = conf.packageName }
      if !conf.packageVersion.isEmpty { self.loaded.driver.version = conf.packageVersion }
      guard let condition = conf.exclusion else { continue }
      let words = "dkms.conf says that it is not for \(build.kernel.identity.name) (\(condition)); built all the same"
      notes.append(words)
      if build.kernel.identity == to.identity { flags.append(Flag(.excluded, words)) }
    }
  }

  private static func require(_ build: DriverBuild, of loaded: LoadedDriver) throws {
    let driver = loaded.driver
    let kernel = build.kernel.identity.name
    guard case .failed(let reason) = build.record.result else { return }
    let output = String(decoding: build.record.output.suffix(8_000), as: UTF8.self)
    if reason == build.record.evidence.exit, !reason.hasPrefix("exit") {
      throw Failure(
        .badInput, driver.name, "its build on \(kernel) was ended: \(reason)",
        remedy: "look at what its Makefile does; --timeout gives a slow build more time", detail: output)
    }
    let first = build.errors.first.map { "\($0.site.map { "\($0): " } ?? "")\($0.message)" } ?? reason
    throw Failure(
      .badInput, driver.name, "does not build on \(kernel) either: \(first)",
      remedy: remedy(missing: loaded.missingPackages),
      detail: output)
  }

  private static func remedy(missing packages: [String]) -> String {
    let other = "name a kernel that it builds on; kmend learns the difference from there"
    guard !packages.isEmpty else { return other }
    return "its package asks for what is not installed here: apt-get install \(packages.joined(separator: " ")); or "
      + other
  }
}
