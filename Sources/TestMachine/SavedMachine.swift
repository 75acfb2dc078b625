// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// A machine that has booted a kernel and waits for a plan, on disk: to go on from there is to boot, without the seconds
/// that a translator takes for it.
struct SavedMachine: Sendable {
  let folder: String
  /// Of the guest's memory.
  let megabytes: Int
  /// What the kernel printed so far.
  let console: [UInt8]

  var state: String { folder + "/state" }
  var initramfs: String { folder + "/initramfs" }

  /// Room for plans, in bytes: on the disk, and twice in the guest's memory.
  static let room = 128 << 20
  private static let offset = 256 * 4096

  /// Of a guest's memory, where a driver is to have so many bytes.
  static func megabytes(_ memory: Int) -> Int { (memory + 2 * room) >> 20 }

  /// Writes a disk to `path`; nil gives one without a plan. The size has to be the same each time.
  static func writeDisk(_ path: String, plan: [UInt8]?) throws {
    do {
      try Data().write(to: URL(fileURLWithPath: path))
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      defer { try? file.close() }
      try file.seek(toOffset: UInt64(offset))
      try file.write(contentsOf: plan ?? [])
      try file.truncate(atOffset: UInt64(offset + room))
    } catch {
      throw Failure(.tryAgain, path, "can't be written: \(error.localizedDescription)", remedy: "make room on the disk")
    }
  }
}

/// The saved machines of a cache.
///
/// A folder's name holds all that the machine depends on, and what has been moved to its place is never changed: another
/// kmend may be going on from there. What can't be saved is booted as it ever was.
actor SavedMachines {
  private let containment: Containment
  private let folder: String
  private var found: [String: Task<SavedMachine?, any Error>] = [:]

  /// - Parameter folder: absolute host path of a folder of our own; made when needed.
  init(containment: Containment, folder: String) {
    self.containment = containment
    self.folder = folder
  }

  /// The machine of a kernel, saved now if it is not there yet; nil where it can't be.
  ///
  /// - Parameters:
  ///   - start: the first part of its initramfs.
  ///   - command: how it is run; its `initramfs` is of no interest.
  func machine(
    for kernel: KernelIdentity, start: [UInt8], command: MachineCommand, limits: BootLimits
  ) async throws -> SavedMachine? {
    let place = "\(folder)/\(Self.name(kernel, start, command))"
    try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: place)
    let task =
      found[place]
      ?? Task {
        if !FileManager.default.fileExists(atPath: place) { try await save(start, command, limits, to: place) }
        return Self.read(place, command.megabytes)
      }
    found[place] = task
    do {
      return try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    } catch let error as CancellationError {
      found[place] = nil
      // Somebody else's.
      if !Task.isCancelled { return nil }
      throw error
    }
  }

  /// One that did not come to the driver is saved anew the next time.
  func drop(_ machine: SavedMachine) {
    found[machine.folder] = nil
    remove(machine.folder)
  }

  /// A kernel that has no driver for the disk is kept without a state: the next run need not try again.
  private func save(
    _ start: [UInt8], _ command: MachineCommand, _ limits: BootLimits, to place: String
  ) async throws {
    let files = FileManager.default
    let new = "\(folder)/.\(UUID().uuidString)"
    defer { try? files.removeItem(atPath: new) }
    do {
      try files.createDirectory(atPath: new + "/saved", withIntermediateDirectories: true)
      try Data(start).write(to: URL(fileURLWithPath: new + "/initramfs"))
      try SavedMachine.writeDisk(new + "/disk", plan: nil)
      var command = command
      command.initramfs = new + "/initramfs"
      let run = try await containment.run(command.save(disk: new + "/disk", to: new + "/saved", limits))
      guard run.succeeded, let console = try Harvest(new + "/saved").bytes("console", limit: Self.mostConsole) else {
        return
      }
      try files.removeItem(atPath: new + "/disk")
      if run.text.contains(MachineCommand.saved), Self.isFile(new + "/saved/state") {
        try Data(console).write(to: URL(fileURLWithPath: new + "/console"))
        try files.moveItem(atPath: new + "/saved/state", toPath: new + "/state")
        try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: new + "/state")
      } else if !String(decoding: console, as: UTF8.self).contains(GuestScript.diskless) {
        return
      }
      try files.removeItem(atPath: new + "/saved")
      try files.moveItem(atPath: new, toPath: place)
      prune()
    } catch  where !(error is CancellationError) {
      // Another kmend was faster, or the disk is full: neither keeps a kernel from being booted.
    }
  }

  /// Those of kernels that nobody has booted for long, and what a killed kmend left.
  private func prune() {
    let files = FileManager.default
    let dated = ((try? files.contentsOfDirectory(atPath: folder)) ?? []).map { name in
      let date = (try? files.attributesOfItem(atPath: "\(folder)/\(name)"))?[.modificationDate] as? Date
      return (name: name, date: date ?? .distantPast)
    }
    let idle = dated.filter { $0.date.timeIntervalSinceNow < -3600 }
    let whole = dated.count { !$0.name.hasPrefix(".") }
    let old = idle.filter { !$0.name.hasPrefix(".") }.sorted { $0.date < $1.date }.prefix(max(0, whole - Self.kept))
    for entry in idle.filter({ $0.name.hasPrefix(".") }) + old { remove("\(folder)/\(entry.name)") }
  }

  /// Half of a folder is never seen under its name.
  private func remove(_ place: String) {
    let gone = "\(folder)/.\(UUID().uuidString)"
    guard (try? FileManager.default.moveItem(atPath: place, toPath: gone)) != nil else { return }
    try? FileManager.default.removeItem(atPath: gone)
  }

  /// How many stay, of about 100 MB each.
  private static let kept = 8
  private static let mostConsole = 4 << 20

  private static func read(_ place: String, _ megabytes: Int) -> SavedMachine? {
    guard isFile(place + "/state"), let console = FileManager.default.contents(atPath: place + "/console") else {
      return nil
    }
    return SavedMachine(folder: place, megabytes: megabytes, console: [UInt8](console))
  }

  /// The kernel in words; the command line, the size and time of QEMU and image, and the initramfs as a hash.
  private static func name(_ kernel: KernelIdentity, _ start: [UInt8], _ command: MachineCommand) -> String {
    let key = (command.machine + [command.qemu, command.image].flatMap { [$0, FileStamp.of($0)] }).joined(
      separator: "\n")
    let hash = StableHash.of(start, from: StableHash.of(key.utf8))
    return "\(kernel.release)_\(kernel.sourceVersion)_\(String(hash, radix: 16))".replacing("/", with: "_")
  }

  /// A sandbox has written here: a link would lead elsewhere.
  private static func isFile(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.type] as? FileAttributeType == .typeRegular
  }
}
