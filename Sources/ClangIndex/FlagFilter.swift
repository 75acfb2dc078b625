// SPDX-License-Identifier: GPL-2.0-or-later

import CClang

/// Finds out which of gcc's options this clang refuses, by asking it once per option.
struct FlagFilter {
  private var verdicts: [String: Bool] = [:]
  private static let probe = "/kmend-probe.c"

  /// The arguments without the options that clang refuses.
  mutating func accepted(_ arguments: [String], _ session: ClangSession) -> [String] {
    var kept: [String] = []
    var takesNext = false
    for argument in arguments {
      if takesNext {
        kept.append(argument)
        takesNext = false
      } else if ["-I", "-D", "-U", "-include", "-isystem", "-iquote", "-idirafter", "-imacros", "-x"]
        .contains(argument)
      {
        kept.append(argument)
        takesNext = true
      } else if ["-I", "-D", "-U", "-i", "-W", "-nostdinc"].contains(where: argument.hasPrefix)
        || accepts(argument, session)
      {
        kept.append(argument)
      }
    }
    return kept
  }

  private mutating func accepts(_ argument: String, _ session: ClangSession) -> Bool {
    if let known = verdicts[argument] { return known }
    let unit = try? TranslationUnit(
      session, file: Self.probe, arguments: ["-w", argument], overlays: [Self.probe: Array("int x;\n".utf8)],
      preamble: .none)
    let verdict = unit.map { $0.diagnostics().isEmpty } ?? false
    verdicts[argument] = verdict
    return verdict
  }
}
