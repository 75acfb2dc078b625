// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// What each kernel's compiler says when Kbuild tries its options (`CompiledObjects`), kept from run to run.
///
/// It is asked by an empty module of ours and never by a driver's build: what a driver's Makefile does can't reach the
/// next driver. Tens of questions, a second or two for every first build on a kernel.
package actor CompilerAnswers {
  private let kbuild: Kbuild
  private let folder: String
  private var found: [KernelIdentity: Task<CompiledObjects?, any Error>] = [:]

  /// - Parameter folder: absolute host path of a folder of our own; made when needed.
  package init(_ kbuild: Kbuild, folder: String) {
    self.kbuild = kbuild
    self.folder = folder
  }

  /// The answers of a kernel's compiler, asked now if nobody has; nil where there are none to keep.
  ///
  /// - Throws: `CancellationError`. That they can't be had or kept costs a build its time, and no more.
  package func answers(for kernel: Kernel) async throws -> CompiledObjects? {
    let task =
      found[kernel.identity]
      ?? Task {
        let place = "\(folder)/\(Self.name(kernel))"
        if FileEntry.names(in: place).isEmpty { try await ask(kernel, place) }
        return FileEntry.names(in: place).isEmpty ? nil : CompiledObjects(folder: place, isFilled: true)
      }
    found[kernel.identity] = task
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  private func ask(_ kernel: Kernel, _ place: String) async throws {
    let files = FileManager.default
    let new = "\(folder)/.\(UUID().uuidString)"
    defer { try? files.removeItem(atPath: new) }
    do {
      for part in ["driver", "answers"] {
        try files.createDirectory(atPath: "\(new)/\(part)", withIntermediateDirectories: true)
      }
      try Data("\(BuildProtocol.modules) := empty.o\n".utf8).write(to: URL(fileURLWithPath: new + "/driver/Kbuild"))
      try Data().write(to: URL(fileURLWithPath: new + "/driver/empty.c"))
      let driver = Driver(
        name: "empty", version: "", origin: .directory(path: new + "/driver"), root: new + "/driver",
        recipe: .kbuild(directory: "."))
      for isChecked in [false, true] {
        var options = BuildOptions(warnings: isChecked, sparse: isChecked, jobs: 1)
        options.probes = CompiledObjects(folder: new + "/answers", isFilled: false)
        let stage = try DriverStage(of: driver.root, into: "\(new)/stage-\(isChecked)")
        // That modpost wants more of a module is of no interest.
        _ = try await kbuild.build(driver, in: stage, for: kernel, options, log: "\(new)/log")
      }
      try files.moveItem(atPath: new + "/answers", toPath: place)
    } catch  where !(error is CancellationError) {
      // Another kmend was faster, or the disk is full.
    }
  }

  /// The answers to a question are those of one compiler; the question is part of each.
  private static func name(_ kernel: Kernel) -> String {
    let compiler = kernel.identity.compiler
    let program = compiler.split(separator: " ").first.map(String.init) ?? ""
    let key = [compiler, FileStamp.of("\(kernel.rootFileSystem ?? "")/usr/bin/\(program)")].joined(separator: "\n")
    return "\(kernel.identity.release)_\(String(StableHash.of(key.utf8), radix: 16))".replacing("/", with: "_")
  }
}
