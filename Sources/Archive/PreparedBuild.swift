// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// A Kbuild folder that no distribution made: what it takes to build modules there.
struct PreparedBuild: Sendable {
  let containment: Containment

  /// Completes a kernel whose mounts and build directory are known, and shows that it builds a module.
  ///
  /// - Throws: `Failure` (`badInput`) if it builds none.
  func equip(_ kernel: Kernel, progress: @Sendable (String) -> Void) async throws -> Kernel {
    var kernel = kernel
    let build = kernel.hostBuildDirectory ?? ""
    let toolchain = Toolchain(containment: containment)
    let asked = Toolchain.asked(by: build)
    let isBuiltIn = CacheFolder.exists("\(build)/.kernelvariables")
    var variables = Toolchain.variables(asked: asked, root: "", isBuiltIn: isBuiltIn)
    if variables == nil {
      progress("\(build) asks for \(asked ?? "another compiler"), which is not installed: trying gcc")
      variables = ["CC=gcc"]
    }
    kernel.makeVariables = (variables ?? []) + Toolchain.configuration(of: build)
    if !CacheFolder.exists("\(build)/Module.symvers") {
      progress("without Module.symvers a driver can be proven to compile on it, not to link")
      kernel.makeVariables.append(BuildProtocol.warnsOfUndefined)
    }
    let trial = try await toolchain.trial(kernel)
    guard trial.succeeded else {
      throw Failure(
        .badInput, kernel.identity.request, "no module can be built on it (\(trial.exit))",
        remedy: "prepare it with make olddefconfig modules_prepare and a compiler of this machine", detail: trial.text)
    }
    let compiler = Toolchain.compiler(asked: asked, variables: variables ?? [])
    kernel.identity.compiler = try await toolchain.version(of: compiler, for: kernel)
    kernel.identity.sourceVersion = try await version(of: kernel) ?? kernel.identity.sourceVersion
    return kernel
  }

  /// What `make kernelversion` says.
  private func version(of kernel: Kernel) async throws -> String? {
    let execution = try await containment.run(
      Command(
        "make", ["-s", "-C", kernel.buildDirectory, "kernelversion"], place: .contained(Toolchain.view(of: kernel))))
    let lines = execution.text.split(separator: "\n").filter { $0.first?.isNumber == true && KernelVersion($0) != nil }
    return execution.succeeded ? lines.last.map { String($0.trimmed) } : nil
  }
}
