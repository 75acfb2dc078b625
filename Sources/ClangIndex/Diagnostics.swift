// SPDX-License-Identifier: GPL-2.0-or-later

import CClang
import CFrontendProtocol

extension TranslationUnit {
  /// What the last parse complained about, `least` or worse, notes included, at most `limit`.
  func diagnostics(least: CXDiagnosticSeverity = CXDiagnostic_Error, limit: Int = 5_000) -> [FrontendDiagnostic] {
    var found: [FrontendDiagnostic] = []
    for number in 0..<clang_getNumDiagnostics(unit) where found.count < limit {
      guard let diagnostic = clang_getDiagnostic(unit, number) else { continue }
      defer { clang_disposeDiagnostic(diagnostic) }
      guard clang_getDiagnosticSeverity(diagnostic).rawValue >= least.rawValue else { continue }
      found.append(describe(diagnostic, depth: 0))
    }
    return found
  }
}

/// Translates a diagnostic and the notes below it.
private func describe(_ diagnostic: CXDiagnostic, depth: Int) -> FrontendDiagnostic {
  let location = clang_getDiagnosticLocation(diagnostic)
  let expansion = Spot.expansion(location)
  var notes: [FrontendDiagnostic] = []
  // The set belongs to the diagnostic: it must not be disposed.
  if depth < 2, let children = clang_getChildDiagnostics(diagnostic) {
    for number in 0..<min(clang_getNumDiagnosticsInSet(children), 40) {
      guard let child = clang_getDiagnosticInSet(children, number) else { continue }
      notes.append(describe(child, depth: depth + 1))
      clang_disposeDiagnostic(child)
    }
  }
  return FrontendDiagnostic(
    severity: severity(clang_getDiagnosticSeverity(diagnostic)), message: take(clang_getDiagnosticSpelling(diagnostic)),
    option: take(clang_getDiagnosticOption(diagnostic, nil)), spelling: Spot.spelling(location).place,
    expansion: expansion.place, offset: Int(expansion.offset), notes: notes)
}

private func severity(_ severity: CXDiagnosticSeverity) -> FrontendDiagnostic.Severity {
  switch severity {
  case CXDiagnostic_Ignored: .ignored
  case CXDiagnostic_Note: .note
  case CXDiagnostic_Warning: .warning
  case CXDiagnostic_Error: .error
  default: .fatal
  }
}
