// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontendProtocol

/// What clang said about one object on one kernel.
package struct Observation: Hashable, Sendable {
  /// The front end's name of the unit.
  package var unit: String
  /// The compiler's working directory inside the sandbox.
  package var directory: String
  /// Its errors.
  package var diagnostics: [FrontendDiagnostic]

  package init(unit: String, directory: String, diagnostics: [FrontendDiagnostic]) {
    self.unit = unit
    self.directory = directory
    self.diagnostics = diagnostics
  }
}

/// Which of the two kernels.
package enum Side: Hashable, Sendable { case old, new }

/// What must be asked of one unit's front end.
package struct Inquiry: Hashable, Sendable {
  package var side: Side
  package var unit: String
  /// For `lookup`.
  package var names: [String]
  /// For `describe`.
  package var places: [FrontendPlace]
}

/// The front end's answers to one inquiry.
package struct Findings: Sendable {
  package var declarations: [FrontendDeclaration]
  /// One per place asked for.
  package var cursors: [FrontendCursor?]

  /// Both empty: the unit could not be asked, which costs detail, nothing else.
  package init(declarations: [FrontendDeclaration] = [], cursors: [FrontendCursor?] = []) {
    self.declarations = declarations
    self.cursors = cursors
  }
}
