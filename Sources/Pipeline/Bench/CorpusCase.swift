// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import SwiftCSV

/// One driver of a corpus table, and what is known about it.
package struct CorpusCase: Sendable, Hashable {
  /// Debian's binary package, or what the table calls the driver.
  package var package: String
  package var version: String
  /// A driver folder in place of a package.
  package var path: String?
  /// Kernels on which it builds, the oldest first, as `kmend kernel list` names them.
  package var buildsOn: [String]
  /// The kernel that breaks it; nil for a control, which must need no edit.
  package var failsOn: String?
  /// The maintainer's first version that builds there, or its folder in place of a version. The engine never sees it.
  package var fixedIn: String?

  /// As `kmend adapt` takes it.
  var driver: String { path ?? "debian:\(package)=\(version)" }
  /// The maintainer's later version, as `kmend adapt` takes a driver.
  var later: String? { fixedIn.map { path == nil ? "debian:\(package)=\($0)" : $0 } }
  var from: String { failsOn == nil ? buildsOn[0] : buildsOn[buildsOn.count - 1] }
  var to: String { failsOn ?? buildsOn[buildsOn.count - 1] }
  /// A name for its folder of results.
  var name: String {
    let text = [package, version, from, to].filter { !$0.isEmpty }.joined(separator: "_")
    return String(text.map { $0.isLetter || $0.isNumber || "._+-~".contains($0) ? $0 : "-" })
  }

  /// The cases of a table with the columns `package,version,builds_on,fails_on`; `path` may stand in for a package, and
  /// a table without `fails_on` is one of controls.
  ///
  /// - Throws: `Failure` (`badInput`) for a file that is no such table.
  package static func read(_ file: String) throws -> [CorpusCase] {
    let text: String
    do { text = try String(contentsOfFile: file, encoding: .utf8) } catch {
      throw Failure(.badInput, file, "can't be read", remedy: "give a CSV table of drivers", detail: "\(error)")
    }
    let table: NamedCSV
    do { table = try NamedCSV(string: text, delimiter: .comma, loadColumns: false) } catch {
      throw Failure(.badInput, file, "is no CSV table: \(error)", remedy: "quote fields that hold commas")
    }
    guard table.header.contains("builds_on"), table.header.contains("package") || table.header.contains("path") else {
      throw Failure(
        .badInput, file, "has no column builds_on, or neither package nor path",
        remedy: "name the columns package,version,builds_on,fails_on in its first line")
    }
    let base = URL(fileURLWithPath: file).deletingLastPathComponent()
    return try table.rows.enumerated().map { number, row in
      func cell(_ name: String) -> String? {
        let text = row[name]?.trimmingCharacters(in: .whitespaces) ?? ""
        return text.isEmpty ? nil : text
      }
      func folder(_ path: String) -> String { URL(fileURLWithPath: path, relativeTo: base).standardizedFileURL.path }
      let path = cell("path").map(folder)
      let package = cell("package") ?? path.map { URL(fileURLWithPath: $0).lastPathComponent }
      let kernels = (cell("builds_on") ?? "").split(separator: " ").map(String.init)
      guard let package, !kernels.isEmpty, path != nil || cell("version") != nil else {
        throw Failure(
          .badInput, "\(file):\(number + 2)", "names no driver or no kernel that it builds on",
          remedy: "fill in package and version, or path, and builds_on")
      }
      return CorpusCase(
        package: package, version: cell("version") ?? "", path: path, buildsOn: kernels, failsOn: cell("fails_on"),
        fixedIn: path == nil ? cell("fixed_in") : cell("fixed_in").map(folder))
    }
  }
}
