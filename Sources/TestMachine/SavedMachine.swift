// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// A machine that has booted a kernel and waits for a plan, on disk: to go on from there is to boot, without the seconds
/// that a translator takes for it.
struct SavedMachine: Sendable {
  let folder: String
  /// What the kernel printed so far.
  let console: [UInt8]

  var state: String { folder + "/state" }
  var initramfs: String { folder + "/initramfs" }

  /// Room for plans, in bytes: on the disk, and twice in the guest's memory.
  static let room = 128 << 20
  private static let offset = 256 * 4096

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

/// The saved machines of a cache, one for each kernel.
///
/// What can't be saved is booted as it ever was: a kernel without a driver for the disk, a host without the room.
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
    let name = "\(kernel.release)_\(kernel.sourceVersion)_\(command.megabytes)".replacing("/", with: "_")
    if let known = found[name] { return try await known.value }
    let task = Task {
      let place = "\(folder)/\(name)"
      let key = Self.key(command)
      if Self.holds(place, key: key, start: start) { return Self.read(place) }
      try await save(start, key: key, command, limits, to: place)
      return Self.read(place)
    }
    found[name] = task
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  /// Kept also where it failed, without a state: the next run need not try again.
  private func save(
    _ start: [UInt8], key: String, _ command: MachineCommand, _ limits: BootLimits, to place: String
  ) async throws {
    let files = FileManager.default
    let new = "\(folder)/.\(UUID().uuidString)"
    defer { try? files.removeItem(atPath: new) }
    do {
      try files.createDirectory(atPath: new + "/saved", withIntermediateDirectories: true)
      try Data(start).write(to: URL(fileURLWithPath: new + "/initramfs"))
      try Data(key.utf8).write(to: URL(fileURLWithPath: new + "/key"))
      try SavedMachine.writeDisk(new + "/disk", plan: nil)
      var command = command
      command.initramfs = new + "/initramfs"
      let run = try await containment.run(command.save(disk: new + "/disk", to: new + "/saved", limits))
      // Killed, or with less time or room than it takes: no reason never to try again.
      guard run.succeeded else { return }
      try files.removeItem(atPath: new + "/disk")
      for part in ["console", "state"] where Self.isFile("\(new)/saved/\(part)") {
        try files.moveItem(atPath: "\(new)/saved/\(part)", toPath: "\(new)/\(part)")
        try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(new)/\(part)")
      }
      try? files.removeItem(atPath: new + "/saved")
      try? files.removeItem(atPath: place)
      try files.moveItem(atPath: new, toPath: place)
      prune()
    } catch  where !(error is CancellationError) {
      // Another kmend was faster, or the disk is full: neither keeps a kernel from being booted.
    }
  }

  /// Those of kernels that nobody has booted for long.
  private func prune() {
    let files = FileManager.default
    let dated = ((try? files.contentsOfDirectory(atPath: folder)) ?? []).map { name in
      let date = (try? files.attributesOfItem(atPath: "\(folder)/\(name)"))?[.modificationDate] as? Date
      return (name: name, date: date ?? .distantPast)
    }
    let whole = dated.filter { !$0.name.hasPrefix(".") }.sorted { $0.date > $1.date }
    // What a killed kmend left.
    let halves = dated.filter { $0.name.hasPrefix(".") && $0.date.timeIntervalSinceNow < -3600 }
    for old in whole.dropFirst(Self.kept) + halves { try? files.removeItem(atPath: "\(folder)/\(old.name)") }
  }

  /// How many stay, of about 100 MB each.
  private static let kept = 8

  private static func read(_ place: String) -> SavedMachine? {
    guard isFile(place + "/state"), let console = FileManager.default.contents(atPath: place + "/console") else {
      return nil
    }
    return SavedMachine(folder: place, console: [UInt8](console))
  }

  private static func holds(_ place: String, key: String, start: [UInt8]) -> Bool {
    let files = FileManager.default
    return files.contents(atPath: place + "/key") == Data(key.utf8)
      && files.contents(atPath: place + "/initramfs") == Data(start)
  }

  /// What else has to be the same, in words: the machine, and of the program and the kernel the size and time.
  private static func key(_ command: MachineCommand) -> String {
    (command.machine + [command.qemu, command.image].map(FileStamp.of)).joined(separator: "\n")
  }

  /// A sandbox has written here: a link would lead elsewhere.
  private static func isFile(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.type] as? FileAttributeType == .typeRegular
  }
}

/// What tells a file from a later one of the same path without reading it.
enum FileStamp {
  static func of(_ path: String) -> String {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let size = (attributes?[.size] as? NSNumber)?.intValue ?? 0
    let time = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return "\(size) \(Int(time))"
  }
}
