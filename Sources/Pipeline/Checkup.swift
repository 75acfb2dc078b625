// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import CFrontend
import Foundation
import KernelBuild
import KernelModel
import Sandbox
import TestMachine

/// One thing that kmend needs, and whether it is in order.
package struct Check: Codable, Sendable {
  package enum State: String, Codable, Sendable { case ok, warning, failed }
  package var name: String
  package var state: State
  package var detail: String
  /// What to do about it; empty when all is well.
  package var remedy: String
}

/// Tries every part that kmend needs.
package struct Checkup: Sendable {
  private let workspace: Workspace

  package init(workspace: Workspace) { self.workspace = workspace }

  /// All checks, in the order in which a run needs them. Never throws: what can't be tried has failed.
  package func examine(progress: @escaping @Sendable (String?) -> Void) async -> [Check] {
    var checks: [Check] = []
    progress("looking at the tools")
    checks += await tools()
    progress("trying the sandbox")
    checks += await sandbox()
    progress("starting the C front end")
    checks.append(await frontend())
    progress("looking at the cache")
    checks += cache()
    progress("asking the mirror")
    checks.append(await mirror())
    progress("booting a kernel")
    checks.append(await boot())
    return checks
  }

  private func tools() async -> [Check] {
    do {
      return try await ToolVersions.read(by: workspace.containment).map { name, version in
        Check(
          name: name, state: version == nil ? .failed : .ok, detail: version ?? "not found",
          remedy: version == nil ? "run Deploy/setup" : "")
      }
    } catch {
      return [failed("tools", error)]
    }
  }

  private func sandbox() async -> [Check] {
    await workspace.containment.probe().map { probe in
      let state: Check.State = !probe.ok ? .failed : probe.remedy.isEmpty ? .ok : .warning
      return Check(name: "sandbox: " + probe.name, state: state, detail: probe.detail, remedy: probe.remedy)
    }
  }

  private func frontend() async -> Check {
    do {
      return try await workspace.withScratch { scratch in
        let file = "\(scratch)/probe.c"
        try Data("int probe(void) { return missing; }\n".utf8).write(to: URL(fileURLWithPath: file))
        let mounts = [View.Mount.readOnly(host: file, inside: "/probe/probe.c")]
        let found = try await withFrontend(
          containment: workspace.containment, executable: workspace.frontend, mounts: mounts, processes: 1
        ) { try await $0.open(unit: "probe", file: "/probe/probe.c", directory: "/probe", arguments: []) }
        let works = found.contains { $0.message.contains("missing") }
        return Check(
          name: "C front end", state: works ? .ok : .failed,
          detail: works ? "libclang answers" : "libclang does not find an error that is there",
          remedy: works ? "" : "reinstall libclang-19-dev")
      }
    } catch {
      return failed("C front end", error)
    }
  }

  private func cache() -> [Check] {
    do {
      let store = KernelStore(cache: workspace.cache, containment: workspace.containment)
      let space = try store.diskSpace()
      let enough = space.free > 6_000_000_000
      let kernels = try store.kernels().filter { !$0.isReplaced }
      return [
        Check(
          name: "disk", state: enough ? .ok : .warning,
          detail: "\(space.free / 1_000_000_000) GB free at \(workspace.cache)",
          remedy: enough ? "" : "a kernel takes 2 to 3 GB: free some space, run kmend kernel prune, or set KMEND_CACHE"),
        Check(
          name: "kernels", state: kernels.isEmpty ? .warning : .ok,
          detail: kernels.isEmpty ? "none" : kernels.map(\.kernel.identity.name).joined(separator: " "),
          remedy: kernels.isEmpty ? "run kmend kernel add debian:6.12" : ""),
      ]
    } catch {
      return [failed("cache", error)]
    }
  }

  private func mirror() async -> Check {
    do {
      let store = KernelStore(cache: workspace.cache, containment: workspace.containment)
      return Check(name: "mirror", state: .ok, detail: try await store.mirrorReachable(), remedy: "")
    } catch {
      var check = failed("mirror", error)
      check.state = .warning
      return check
    }
  }

  private func boot() async -> Check {
    do {
      let store = KernelStore(cache: workspace.cache, containment: workspace.containment)
      guard let kernel = try store.kernels().first(where: { $0.kernel.image != nil && !$0.isReplaced })?.kernel else {
        return Check(
          name: "test machine", state: .warning, detail: "no kernel to boot", remedy: "run kmend kernel add debian:6.12"
        )
      }
      let smoke = try await BootMachine(containment: workspace.containment, cache: workspace.cache + "/boot").smokeBoot(
        kernel)
      return Check(
        name: "test machine", state: smoke.works ? .ok : .failed,
        detail: "\(smoke.accelerator.rawValue), \(kernel.identity.name) in \(String(format: "%.1f", smoke.seconds)) s; "
          + smoke.detail, remedy: smoke.works ? "" : "reinstall qemu-system-x86")
    } catch {
      return failed("test machine", error)
    }
  }

  private func failed(_ name: String, _ error: any Error) -> Check {
    let failure = error as? Failure ?? Failure(.ourFault, name, "\(error)")
    return Check(
      name: name, state: .failed, detail: "\(failure.subject): \(failure.problem)",
      remedy: failure.remedy.isEmpty ? "run Deploy/setup" : failure.remedy)
  }
}
