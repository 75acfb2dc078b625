// SPDX-License-Identifier: GPL-2.0-or-later

import Diagnosis
import Foundation
import KernelModel

/// Looks names up in the headers of a kernel that has no index: a third kernel, or one without its source.
enum HeaderText {
  /// What the headers declare under each name; a header's path finds the header itself.
  static func declarations(of names: Set<String>, in kernel: Kernel) -> [String: [Declaration]] {
    let roots = kernel.mounts.flatMap { mount in
      ((try? FileManager.default.contentsOfDirectory(atPath: mount.host)) ?? []).sorted().map { "\(mount.host)/\($0)" }
    }
    let folders = roots.flatMap { ["\($0)/include", "\($0)/arch/x86/include"] }
    var declared: [String: [Declaration]] = [:]
    let identifiers = names.filter { !$0.hasSuffix(".h") }
    for folder in folders {
      for name in names where name.hasSuffix(".h") && FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
        declared[name, default: []].append(
          Declaration(
            name: name, kind: .header, text: "#include <\(name)>", site: Site(file: "include/\(name)", line: 1)))
      }
      guard let paths = FileManager.default.enumerator(atPath: folder) else { continue }
      for case let path as String in paths where path.hasSuffix(".h") {
        guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(path)") else { continue }
        let here = identifiers.filter { bytes.range(of: Data($0.utf8)) != nil }
        guard !here.isEmpty else { continue }
        for found in findDeclarations(of: here, in: SourceText(bytes), file: "include/\(path)") {
          declared[found.name, default: []].append(found)
        }
      }
    }
    return declared
  }
}
