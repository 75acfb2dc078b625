// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontendProtocol
import KernelModel

/// The errors of the driver on the old kernel: what the new kernel is not to blame for.
package struct Baseline: Sendable {
  private struct Key: Hashable {
    var unit: String
    var error: ErrorIdentity
  }
  private var counts: [Key: Int] = [:]

  /// - Parameter roots: where the old parses saw the driver and the kernel.
  package init(_ old: [Observation], roots: Roots) {
    for observation in old {
      for diagnostic in observation.diagnostics where diagnostic.severity >= .error {
        let error = diagnostic.identity(roots, directory: observation.directory)
        counts[Key(unit: observation.unit, error: error), default: 0] += 1
      }
    }
  }

  /// The errors that the old kernel did not have, and those that it had as well.
  ///
  /// Lines do not count: a candidate edit shifts them.
  func split(_ observation: Observation, roots: Roots) -> (new: [FrontendDiagnostic], old: [FrontendDiagnostic]) {
    var left = counts
    var (new, old): ([FrontendDiagnostic], [FrontendDiagnostic]) = ([], [])
    for diagnostic in observation.diagnostics where diagnostic.severity >= .error {
      let error = diagnostic.identity(roots, directory: observation.directory)
      let key = Key(unit: observation.unit, error: error)
      if let count = left[key], count > 0 {
        left[key] = count - 1
        old.append(diagnostic)
      } else {
        new.append(diagnostic)
      }
    }
    return (new, old)
  }

  /// The oracle's view of one try: the breaks that clang sees now, without asking it anything more.
  ///
  /// A break that `known` holds is told as there (kind, symbol, declarations), at its new place; causes are not told.
  /// - Parameters:
  ///   - new: the parses of the edited driver on the new kernel.
  ///   - driver: the edited texts, by path relative to the driver's root.
  ///   - known: the breaks that `Examination` found before the search.
  package func breaks(
    in new: [Observation], roots: Roots, driver: [String: SourceText], known: [Break]
  ) -> [Break] {
    let told = KnownBreaks(known)
    let reader = Reader(roots) { driver[$0] }
    var seen: Set<KnownBreaks.Identity> = []
    var breaks: [Break] = []
    for observation in new {
      for diagnostic in split(observation, roots: roots).new {
        guard let complaint = reader.complaint(diagnostic, in: observation) else { continue }
        let found = told.told(complaint)
        if seen.insert(KnownBreaks.Identity(found)).inserted { breaks.append(found) }
      }
    }
    return breaks.sorted { $0.site < $1.site }
  }
}
