// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Sandbox

/// What is installed on this machine, as dpkg knows it.
package struct InstalledPackages: Sendable {
  /// Packages, and what they provide.
  private let names: Set<String>

  /// Reads lines of status, name and `Provides`, separated by tabs.
  package init(listing: String) {
    var names: Set<String> = []
    for line in listing.split(separator: "\n") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard columns.count == 3, columns[0] == "installed" else { continue }
      names.insert(String(columns[1]))
      for provided in columns[2].split(separator: ",") {
        if let name = provided.trimmed.split(separator: " ").first { names.insert(String(name)) }
      }
    }
    self.names = names
  }

  /// Asks dpkg; empty on a machine without it.
  ///
  /// - Throws: `CancellationError`, and `Failure` where no program can be started.
  package static func read(_ containment: Containment) async throws -> InstalledPackages {
    let format = "${db:Status-Status}\t${Package}\t${Provides}\n"
    let execution = try await containment.run(Command("dpkg-query", ["-W", "-f", format], place: .host))
    return InstalledPackages(listing: execution.succeeded ? execution.text : "")
  }

  /// Of each wish that is not met the first alternative. dkms itself and kernels are left out: a driver is built without
  /// the one and for others.
  package func missing(of wishes: [[String]]) -> [String] {
    wishes.filter { !$0.contains { names.contains($0) || Self.isGiven($0) } }.compactMap(\.first)
      .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  private static func isGiven(_ name: String) -> Bool {
    name == "dkms" || name.hasPrefix("linux-headers") || name.hasPrefix("linux-image")
  }
}
