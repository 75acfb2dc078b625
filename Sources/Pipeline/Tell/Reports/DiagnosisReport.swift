// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What `kmend diagnose --json` prints (schema `kmend-diagnosis-1`, described in README.md).
package struct DiagnosisReport: Codable, Sendable {
  package var schema = "kmend-diagnosis-1"
  package var driver: DriverSummary
  package var from: KernelIdentity
  package var to: KernelIdentity
  /// What the new kernel breaks, causes before their cascades.
  package var breaks: [BreakEntry]
  /// What was already wrong on the old kernel: no business of this adaptation.
  package var alreadyWrong: [Finding]
  /// What is not a break but should be known, e.g. flags that the new Kbuild ignores.
  package var notes: [String]
  package var seconds: [StepSeconds]
}

/// Which driver a report is about.
package struct DriverSummary: Codable, Hashable, Sendable {
  package var name: String
  package var version: String
  /// As a person would write it: `debian:foo-dkms=1.2-3`, a path, a repository with its commit.
  package var origin: String

  package init(_ driver: Driver) {
    name = driver.name
    version = driver.version
    origin = driver.origin.text
  }
}

extension Driver.Origin {
  /// The origin in one line, as the command line would take it.
  package var text: String {
    switch self {
    case .directory(let path): path
    case .tarball(let path, _): path
    case .git(let repository, let commit): "\(repository)#\(commit)"
    case .debian(let package, let version, _): "debian:\(package)=\(version)"
    }
  }
}

/// One break as reports show it.
package struct BreakEntry: Codable, Hashable, Sendable {
  package var file: String
  package var line: Int
  package var symbol: String
  package var kind: Break.Kind
  package var container: String?
  package var message: String
  /// The declaration in the old kernel, one line; absent if it has none.
  package var before: String?
  /// The declaration in the new kernel, one line; absent if it has none.
  package var after: String?
  /// Index in `breaks` of the break that causes this one; absent for a cause.
  package var cause: Int?
  /// In-tree files that were converted; absent where no conversions index was at hand.
  package var convertedInTree: Int?

  package init(_ found: Break) {
    file = found.site.file
    line = found.site.line
    symbol = found.symbol
    kind = found.kind
    container = found.container
    message = found.message
    before = found.before?.text
    after = found.after?.text
    cause = found.cause
    convertedInTree = found.convertedInTree
  }
}
