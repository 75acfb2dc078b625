// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Sandbox

/// Builds drivers as their users would: dkms, Kbuild or the driver's own Makefile, in the sandbox.
package struct Kbuild: Sendable {
  private let containment: Containment

  package init(_ containment: Containment = Containment()) { self.containment = containment }

  /// Builds a staged driver against a kernel.
  ///
  /// The stage is written into: a build wants one of its own.
  ///
  /// - Parameters:
  ///   - log: host path of a file that gets everything the build prints.
  /// - Throws: `Failure`: `badInput` for a `dkms.conf` that says nothing usable, `unavailable` if the sandbox or a folder
  ///   for the run can't be set up. A build that fails is a value.
  package func build(
    _ driver: Driver, in stage: DriverStage, for kernel: Kernel, _ options: BuildOptions = BuildOptions(), log: String
  ) async throws -> BuildRecord {
    if options.sparse, FileEntry("/usr/bin/sparse") == nil {
      throw Failure(.unavailable, "sparse", "is not installed", remedy: "install the package sparse")
    }
    var options = options
    if !Shims.hasObjectCache(kernel) || !Self.reusesObjects(stage.folder) { options.objects = nil }
    let plan = try await plan(driver, stage, kernel, options)
    let place = plan.place
    var record = BuildRecord(
      kernel: kernel.identity.name, result: .built,
      evidence: Evidence(command: plan.command.line, exit: "not run", seconds: 0, lines: []), output: [], objects: [],
      modules: [], driverRoot: place.driverRoot, kernelRoots: kernel.headerRoots, unenforced: [])
    if let exclusion = plan.conf?.exclusion, !options.ignoresExclusion {
      record.result = .notApplicable(exclusion)
      return record
    }
    let commands = try RunFolder()
    defer { commands.remove() }
    var command = plan.command
    command.place = .contained(
      place.view(
        writable: true, commands: commands.path, sparse: options.sparse, objects: options.objects,
        probes: options.probes, files: plan.files))
    command.log = log
    let execution = try await containment.run(command)
    record.evidence = execution.evidence(lines: [], log: log)
    record.output = execution.output
    record.unenforced = execution.unenforced
    record.objects = CompilerRecord.objects(in: commands.path, root: place.driverRoot, stage: stage.folder)
    let found = FileEntry.files(below: stage.folder) { $0.hasSuffix(".ko") }
    let paths = Self.chosen(found, expected: plan.conf?.modules ?? [])
    (record.modules, record.inspection) = try await ModuleInspection.modules(paths, in: stage, by: containment)
    record.result = Self.result(
      execution, driver.recipe, record.objects, built: paths, expected: plan.conf?.modules ?? [])
    return record
  }

  /// Evaluates a driver's `dkms.conf` for a kernel; nil for a driver without.
  ///
  /// - Throws: `Failure` (`badInput`) for one that says nothing usable.
  package func dkmsConf(of driver: Driver, in stage: DriverStage, for kernel: Kernel) async throws -> DkmsConf? {
    guard driver.recipe == .dkms else { return nil }
    let path = "\(stage.folder)/dkms.conf"
    guard let text = FileEntry.bytes(of: path, limit: 1 << 20) else {
      throw Failure(.badInput, "dkms.conf", "can't be read", remedy: "name the folder that holds it")
    }
    if let text = DkmsConf.withoutPlaceholders(text, name: driver.name, version: driver.version) {
      try TreeCopy(source: stage.folder, target: stage.folder).put(text, at: "dkms.conf")
    }
    let place = BuildPlace(kernel: kernel, stage: stage, driverRoot: "/driver")
    return try await DkmsConf.evaluated(in: place, by: containment)
  }

  /// Whether builds of a driver take objects from each other (`BuildOptions.objects`). Where nearly every file is edited,
  /// looking for its object costs more than it saves.
  package static func reusesObjects(_ folder: String) -> Bool {
    FileEntry.files(below: folder) { $0.hasSuffix(".c") }.count > 3
  }

  /// A build that is ready to start.
  private struct Plan {
    var command: Command
    var place: BuildPlace
    var files: [String: [UInt8]] = [:]
    var conf: DkmsConf?
  }

  private func plan(
    _ driver: Driver, _ stage: DriverStage, _ kernel: Kernel, _ options: BuildOptions
  ) async throws -> Plan {
    var place = BuildPlace(kernel: kernel, stage: stage, driverRoot: "/driver")
    let jobs = "\(max(1, options.jobs))"
    let program: String
    let arguments: [String]
    var directory = "/"
    var files: [String: [UInt8]] = [:]
    var variables: [String: String] = [:]
    let conf = try await dkmsConf(of: driver, in: stage, for: kernel)
    switch driver.recipe {
    case .dkms:
      guard let conf else { throw Failure(.ourFault, driver.name, "has no evaluated dkms.conf") }
      place = BuildPlace(
        kernel: kernel, stage: stage, driverRoot: conf.buildFolder,
        links: [
          ("\(DkmsConf.tree)/\(conf.packageName)/\(conf.packageVersion)/source", "build"),
          ("\(DkmsConf.sources)/\(conf.packageName)-\(conf.packageVersion)", conf.buildFolder),
        ])
      let script = "\(BuildPlace.tools)/dkms-build"
      files[script] = Array(DkmsScripts.build.utf8)
      variables = [
        "kernelver": kernel.identity.release, "kernel_source_dir": kernel.buildDirectory, "dkms_tree": DkmsConf.tree,
      ]
      directory = conf.buildFolder
      program = "/bin/bash"
      arguments = [script, jobs, options.keepsGoing ? "1" : "0", conf.preBuild, conf.make] + conf.patches
    case .kbuild(let folder):
      program = "make"
      // Where a person would call it: Kbuild files ask for $(PWD).
      directory = folder == "." ? place.driverRoot : "\(place.driverRoot)/\(folder)"
      arguments = ["-j\(jobs)", "-C", kernel.buildDirectory, "M=\(directory)", "modules"]
    case .makefile(let folder):
      program = "make"
      directory = folder == "." ? place.driverRoot : "\(place.driverRoot)/\(folder)"
      let makefile = DriverMakefile.read(in: folder == "." ? stage.folder : "\(stage.folder)/\(folder)")
      arguments = ["-j\(jobs)"] + (makefile?.moduleTarget.map { [$0] } ?? [])
      variables = DriverMakefile.usualVariables(for: kernel)
    }
    let environment = place.environment(options, directory: directory).merging(variables) { $1 }
    let command = Command(
      program, arguments, environment: environment, directory: directory, place: .contained(View()),
      limits: options.limits, mergesErrors: true)
    return Plan(command: command, place: place, files: files, conf: conf)
  }

  /// One path per module name: the one that `dkms.conf` names, else the shortest.
  private static func chosen(_ found: [String], expected: [String]) -> [String] {
    let expected = Set(expected)
    var best: [Substring: String] = [:]
    for path in found {
      let name = path.split(separator: "/").last ?? ""
      if let other = best[name], expected.contains(other) || path.utf8.count >= other.utf8.count {
        if !expected.contains(path) || expected.contains(other) { continue }
      }
      best[name] = path
    }
    return Array(best.values.sorted().prefix(1000))
  }

  /// As Kbuild writes it into objects: without folder and suffix, `-` as `_`.
  private static func moduleName(_ path: String) -> String {
    let file = path.split(separator: "/").last ?? ""
    return String(file.dropLast(3).map { $0 == "-" ? "_" : $0 })
  }

  private static func result(
    _ execution: Execution, _ recipe: Driver.Recipe, _ objects: [ObjectBuild], built: [String], expected: [String]
  ) -> BuildRecord.Result {
    if !execution.succeeded {
      // A driver's own Makefile may go on to tools and installation, which are not what is asked.
      let made = Set(built.map { moduleName($0) })
      guard case .makefile = recipe, case .exited = execution.exit, !built.isEmpty,
        objects.allSatisfy({ $0.isCompiled && ($0.module.isEmpty || made.contains($0.module)) })
      else { return .failed("\(execution.exit)") }
    }
    let missing = expected.filter { !built.contains($0) }
    if let first = missing.first {
      let others = missing.count > 1 ? " and \(missing.count - 1) more" : ""
      return .failed("\(first)\(others) not built")
    }
    return built.isEmpty ? .failed("make succeeded, but built no module") : .built
  }
}
