// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// Reads the text files of a driver's pristine copy.
enum DriverTexts {
  /// Sources, headers and build files, by path relative to the driver's root; files over 8 MiB are no sources.
  ///
  /// - Throws: `Failure` (`ourFault`) if the copy is gone.
  static func all(of driver: Driver) throws -> [String: SourceText] {
    try read(driver) { path, name in
      [".c", ".h", ".S"].contains { path.hasSuffix($0) } || isBuildFile(name)
    }
  }

  /// Makefiles and Kbuild files, by path.
  ///
  /// - Throws: as `all(of:)`.
  static func buildFiles(of driver: Driver) throws -> [String: SourceText] {
    try read(driver) { _, name in isBuildFile(name) && name != "dkms.conf" }
  }

  /// Makefiles, Kbuild files and `dkms.conf`.
  ///
  /// - Throws: as `all(of:)`.
  static func makefiles(of driver: Driver) throws -> [SourceText] {
    try read(driver) { _, name in isBuildFile(name) }.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The sources that a build changed before it compiled them: patches of `dkms.conf`, scripts of the Makefile.
  ///
  /// - Throws: as `all(of:)`.
  static func changed(by build: DriverBuild, of driver: Driver) throws -> [String] {
    let stage = Harvest(build.stage.folder)
    return try all(of: driver).filter { path, text in
      // What is no plain file any more, or larger than sources are, is changed as well.
      (try? stage.bytes(path, limit: 8 << 20)) ?? nil != text
    }.keys.sorted()
  }

  /// The driver's files as they were when a build had ended: with the patches of `dkms.conf`.
  ///
  /// - Throws: as `all(of:)`.
  static func staged(_ build: DriverBuild, of driver: Driver) throws -> [String: SourceText] {
    let stage = Harvest(build.stage.folder)
    return try all(of: driver).reduce(into: [:]) { texts, file in
      texts[file.key] = (try? stage.bytes(file.key, limit: 8 << 20)) ?? file.value
    }
  }

  private static func isBuildFile(_ name: String) -> Bool {
    name.hasPrefix("Makefile") || name.hasPrefix("Kbuild") || name == "dkms.conf" || name.hasSuffix(".mk")
  }

  private static func read(_ driver: Driver, where wanted: (String, String) -> Bool) throws -> [String: SourceText] {
    guard let paths = FileManager.default.enumerator(atPath: driver.root) else {
      throw Failure(.ourFault, driver.root, "can't be read")
    }
    var texts: [String: SourceText] = [:]
    for case let path as String in paths {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      guard wanted(path, name) else { continue }
      let file = "\(driver.root)/\(path)"
      let attributes = try FileManager.default.attributesOfItem(atPath: file)
      guard attributes[.type] as? FileAttributeType == .typeRegular, (attributes[.size] as? Int ?? 0) <= 8 << 20 else {
        continue
      }
      texts[path] = SourceText(try Data(contentsOf: URL(fileURLWithPath: file)))
    }
    return texts
  }
}
