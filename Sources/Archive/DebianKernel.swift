// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// Makes a kernel of Debian's packages.
struct DebianKernel: Sendable {
  let store: KernelStore
  let request: KernelRequest

  /// How much larger a source tree is than its compressed archive.
  private static let sourceExpansion = 11
  private static let prefixes = ["headers", "kbuild", "image", "binary", "modules", "base", "source"].map {
    "linux-\($0)-"
  }

  /// Name of a kernel on command lines: the request without its scheme.
  private var name: String { String(request.description.dropFirst("debian:".count).map { $0 == "/" ? "-" : $0 }) }

  func add(
    version: String, flavour: String?, exact: String?, progress: @Sendable (String) -> Void
  ) async throws -> Kernel {
    do {
      try await store.apt.update(progress: progress)
    } catch let failure as Failure where failure.code == .tryAgain {
      guard let present = try? store.kernel(named: request.description) else { throw failure }
      progress("\(failure.subject): \(failure.problem); staying with \(present.identity.sourceVersion)")
      return present
    }
    do {
      return try await make(try await choose(version, flavour, exact), progress: progress)
    } catch let failure as PackageGone {
      progress("\(failure.package.name) \(failure.package.version) has left the archive: asking for newer lists")
      try await store.apt.update(anyway: true, progress: progress)
      do {
        return try await make(try await choose(version, flavour, exact), progress: progress)
      } catch let failure as PackageGone { throw failure.failure }
    }
  }

  private func choose(_ version: String, _ flavour: String?, _ exact: String?) async throws -> KernelChoice {
    let resolution = KernelResolution(
      lists: try await store.apt.lists(prefixes: Self.prefixes), released: try await store.apt.releases(),
      host: Self.hostRelease(), architecture: try await store.apt.architecture())
    return try resolution.choose(version: version, flavour: flavour, exact: exact)
  }

  /// Codename of the release that this machine runs; empty where os-release(5) names none.
  static func hostRelease() -> String {
    let text = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VERSION_CODENAME=") }
    return line.map { String($0.dropFirst("VERSION_CODENAME=".count).replacing("\"", with: "")) } ?? ""
  }

  private func make(_ choice: KernelChoice, progress: @Sendable (String) -> Void) async throws -> Kernel {
    progress(choice.description)
    if choice.image.isEmpty { progress("the archive has no image of \(choice.sourceVersion): drivers can't be booted") }
    if choice.source == nil { progress("the archive has no source of \(choice.sourceVersion): nothing can be learned") }
    let construction = Construction(store: store, name: name, version: choice.sourceVersion)
    return try await construction.kernel(progress: progress) { folder in
      let sources = choice.source.map { $0.size * Self.sourceExpansion } ?? 0
      try store.cache.reserve(choice.packages.reduce(sources) { $0 + $1.size + $1.installedSize })
      let packages = "\(folder)/packages"
      let files = try await store.apt.download(choice.packages, into: packages, progress: progress)
      progress("unpacking \(choice.release)")
      let stored = try await unpack(choice, files, into: folder, progress: progress)
      try CacheFolder.remove(packages)
      try await store.apt.forget(choice.packages)
      return stored
    }
  }

  private func unpack(
    _ choice: KernelChoice, _ files: [String], into folder: String, progress: @Sendable (String) -> Void
  ) async throws -> StoredKernel {
    let sourceFile = choice.source == nil ? nil : files.last
    let parts = try await Unpacking(containment: store.containment).kernel(
      packages: sourceFile == nil ? files : Array(files.dropLast()), source: sourceFile, release: choice.release,
      into: folder)
    let inside = "/usr/src/linux-headers-\(choice.release)"
    var kernel = Kernel(
      identity: KernelIdentity(
        request: request.description, name: name, release: choice.release, sourceVersion: choice.sourceVersion,
        suite: choice.suite.name, flavour: choice.flavour, architecture: choice.headers[0].architecture),
      mounts: [KernelMount(host: "\(folder)/root/usr/src", inside: "/usr/src")], buildDirectory: inside)
    guard CacheFolder.plain("root\(inside)/Makefile", below: folder) != nil else {
      throw Failure(.badInput, choice.headers[0].name, "has no \(inside)/Makefile")
    }
    func present(_ path: String) -> String? { CacheFolder.plain(path, below: folder) }
    kernel.image = present("root/boot/vmlinuz-\(choice.release)")
    kernel.modules = present("root/lib/modules/\(choice.release)/modules.dep").map { String($0.dropLast(12)) }
    kernel.source = present("source")
    if !choice.image.isEmpty, kernel.image == nil || kernel.modules == nil {
      progress("no image or no modules in \(choice.image.map(\.name).joined(separator: ", ")): drivers can't be booted")
    }
    try await equip(&kernel, release: choice.suite.release, progress: progress)
    return StoredKernel(kernel: kernel, parts: parts, packages: choice.packages)
  }

  /// Gives the kernel a toolchain that builds a module: this machine's, else that of the kernel's own release.
  private func equip(_ kernel: inout Kernel, release: String, progress: @Sendable (String) -> Void) async throws {
    let build = kernel.hostBuildDirectory ?? ""
    let asked = Toolchain.asked(by: build)
    let toolchain = Toolchain(containment: store.containment)
    var trial: Execution?
    for root in ["", release] {
      if !root.isEmpty {
        let rootFileSystem = RootFileSystem(cache: store.cache, containment: store.containment, apt: store.apt)
        kernel.rootFileSystem = try await rootFileSystem.folder(release: root, progress: progress)
      }
      guard let variables = Toolchain.variables(asked: asked, root: kernel.rootFileSystem ?? "", isBuiltIn: true)
      else {
        progress("\(kernel.identity.release) asks for \(asked ?? "another compiler"), which is not installed")
        continue
      }
      kernel.makeVariables = variables + Toolchain.configuration(of: build)
      trial = try await toolchain.trial(kernel)
      if trial?.succeeded == true {
        let compiler = Toolchain.compiler(asked: asked, variables: variables)
        kernel.identity.compiler = try await toolchain.version(of: compiler, for: kernel)
        return
      }
      if root.isEmpty { progress("\(kernel.identity.release) builds no module with this machine's tools") }
    }
    throw Failure(
      .unavailable, kernel.identity.request, "no module can be built on \(kernel.identity.release)",
      remedy: "install the compiler that it asks for: \(asked ?? "gcc")", detail: trial?.text ?? "")
  }
}
