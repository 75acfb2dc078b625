// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelBuild
import KernelModel
import Sandbox

/// Some Makefiles compile copies of the driver's files, made under other names: what happens there is told of the files
/// themselves, which is where it can be mended.
enum CopiedSources {
  /// - Throws: `Failure` (`ourFault`) if the driver is gone.
  static func resolved(_ objects: [ObjectBuild], in stage: DriverStage, of driver: Driver) throws -> [ObjectBuild] {
    let isOwn = { (path: String) in FileManager.default.fileExists(atPath: "\(driver.root)/\(path)") }
    guard objects.contains(where: { !isOwn($0.source) }) else { return objects }
    let harvest = Harvest(stage.folder)
    func bytes(_ path: String) -> SourceText? { (try? harvest.bytes(path, limit: 8 << 20)) ?? nil }
    let own = try DriverTexts.all(of: driver).keys.filter { $0.hasSuffix(".c") }.sorted()
    return objects.map { object in
      guard !isOwn(object.source), let copy = bytes(object.source), !copy.isEmpty,
        let original = own.first(where: { bytes($0) == copy })
      else { return object }
      var object = object
      object.source = original
      return object
    }
  }
}
