// SPDX-License-Identifier: GPL-2.0-or-later

import CClang

/// A parsed C file; its precompiled preamble makes the next parse cheap.
final class TranslationUnit {
  let unit: CXTranslationUnit
  /// The session must outlive its units.
  private let session: ClangSession

  /// What the first parse leaves for the next ones.
  enum Preamble { case none, built, later }

  /// Parses `file`.
  init(_ session: ClangSession, file: String, arguments: [String], overlays: [String: [UInt8]], preamble: Preamble)
    throws(ClangError)
  {
    var options =
      CXTranslationUnit_DetailedPreprocessingRecord.rawValue | CXTranslationUnit_KeepGoing.rawValue
    if preamble != .none { options |= CXTranslationUnit_PrecompiledPreamble.rawValue }
    if preamble == .built { options |= CXTranslationUnit_CreatePreambleOnFirstParse.rawValue }
    var parsed: CXTranslationUnit?
    let code = withArguments(arguments) { argv, argc in
      withUnsavedFiles(overlays) { files, count in
        clang_parseTranslationUnit2(session.index, file, argv, argc, files, count, options, &parsed)
      }
    }
    try check("parse \(file)", code)
    guard let parsed else { throw ClangError(operation: "parse \(file)", code: CXError_Failure) }
    unit = parsed
    self.session = session
  }

  /// Parses again; after an error the unit is good for nothing but its end.
  func reparse(overlays: [String: [UInt8]]) throws(ClangError) {
    let code = withUnsavedFiles(overlays) { files, count in
      clang_reparseTranslationUnit(unit, count, files, clang_defaultReparseOptions(unit))
    }
    try check("reparse", CXErrorCode(rawValue: CXErrorCode.RawValue(bitPattern: code)))
  }

  /// Frees all but the preamble; the next use must be `reparse`.
  func suspend() { clang_suspendTranslationUnit(unit) }

  deinit { clang_disposeTranslationUnit(unit) }
}
