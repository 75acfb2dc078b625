// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelBuild
import KernelModel
import Sandbox

/// Some Makefiles compile copies of the driver's files, made under other names: what happens there is told of the files
/// themselves, which is where it can be mended.
enum CopiedSources {
  /// The driver's file for each copy that was compiled, both relative to the root.
  ///
  /// - Throws: `Failure` (`ourFault`) if the driver is gone.
  static func originals(_ objects: [ObjectBuild], in stage: DriverStage, of driver: Driver) throws -> [String: String] {
    let copies = objects.map(\.source).filter { !FileManager.default.fileExists(atPath: "\(driver.root)/\($0)") }
    guard !copies.isEmpty else { return [:] }
    let harvest = Harvest(stage.folder)
    func bytes(_ path: String) -> SourceText? { (try? harvest.bytes(path, limit: 8 << 20)) ?? nil }
    let own = try DriverTexts.all(of: driver).keys.filter { $0.hasSuffix(".c") }.sorted()
    return copies.reduce(into: [:]) { originals, copy in
      guard let text = bytes(copy), !text.isEmpty else { return }
      originals[copy] = own.first { bytes($0) == text }
    }
  }
}
