// SPDX-License-Identifier: GPL-2.0-or-later

/// What kmend asks `kmend-cindex`: one JSON object per line on its standard input.
package struct FrontendRequest: Codable, Sendable {
  package enum Verb: String, Codable, Sendable {
    /// Parse `file` with `arguments` (first parse of a unit: builds the preamble). Answers with diagnostics.
    case open
    /// Parse the unit again with other `overlays`. Answers with diagnostics.
    case reparse
    /// Describe what stands at each of `places` in the unit as last parsed. Answers with `cursors`.
    case describe
    /// Find the declarations of each of `names` that the unit as last parsed can see. Answers with `declarations`.
    ///
    /// A name is an identifier, a field with its structure (`struct file.f_op`), or a header (`linux/fs.h`).
    case lookup
    /// Find the lines of the files in `names` (absolute paths) that the preprocessor left out. Answers with `inactive`.
    case inactive
    /// Forget the unit.
    case close
  }
  /// Echoed in the answer.
  package var id: Int
  package var verb: Verb
  /// The caller's name for the translation unit.
  package var unit: String
  /// Absolute path of the main file (open only).
  package var file: String?
  /// Working directory of the compiler (open only).
  package var directory: String?
  /// Compiler arguments without the compiler, `-c`, `-o` and the file (open only).
  package var arguments: [String]?
  /// False where no `reparse` will follow: the parse is cheaper by the preamble (open only).
  package var preamble: Bool?
  /// Texts that lie over files on disk, by absolute path; bytes in Latin-1 so that any byte survives JSON.
  package var overlays: [String: String]?
  package var places: [FrontendPlace]?
  package var names: [String]?

  package init(
    id: Int, verb: Verb, unit: String, file: String? = nil, directory: String? = nil, arguments: [String]? = nil,
    preamble: Bool? = nil, overlays: [String: String]? = nil, places: [FrontendPlace]? = nil, names: [String]? = nil
  ) {
    self.id = id
    self.verb = verb
    self.unit = unit
    self.file = file
    self.directory = directory
    self.arguments = arguments
    self.preamble = preamble
    self.overlays = overlays
    self.places = places
    self.names = names
  }
}

/// A place in a file as libclang counts: absolute path, line and column from 1, column in bytes.
package struct FrontendPlace: Codable, Hashable, Sendable {
  package var file: String
  package var line: Int
  package var column: Int

  package init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// What `kmend-cindex` answers: one JSON object per line on its standard output.
package struct FrontendAnswer: Codable, Sendable {
  package var id: Int
  /// Set when the request failed; the process lives on.
  package var error: String?
  package var diagnostics: [FrontendDiagnostic]?
  /// One per place asked for, in order; nil entries where nothing stands.
  package var cursors: [FrontendCursor?]?
  package var declarations: [FrontendDeclaration]?
  package var inactive: [FrontendLines]?
  /// Milliseconds that libclang took.
  package var milliseconds: Double

  package init(
    id: Int, error: String? = nil, diagnostics: [FrontendDiagnostic]? = nil, cursors: [FrontendCursor?]? = nil,
    declarations: [FrontendDeclaration]? = nil, inactive: [FrontendLines]? = nil, milliseconds: Double = 0
  ) {
    self.id = id
    self.error = error
    self.diagnostics = diagnostics
    self.cursors = cursors
    self.declarations = declarations
    self.inactive = inactive
    self.milliseconds = milliseconds
  }
}

/// Lines of a file that `#if` and the like left out, both ends included, without the directives themselves.
package struct FrontendLines: Codable, Hashable, Sendable {
  package var file: String
  package var first: Int
  package var last: Int

  package init(file: String, first: Int, last: Int) {
    self.file = file
    self.first = first
    self.last = last
  }
}

/// One diagnostic of libclang.
package struct FrontendDiagnostic: Codable, Hashable, Sendable {
  package enum Severity: String, Codable, Sendable { case ignored, note, warning, error, fatal }
  package var severity: Severity
  package var message: String
  /// The option that controls it, e.g. `-Wincompatible-pointer-types`; empty for hard errors.
  package var option: String
  /// Where the text that is complained about is written (the macro's definition, for a macro body).
  package var spelling: FrontendPlace?
  /// Where it is expanded (the outermost use, for a macro).
  package var expansion: FrontendPlace?
  /// Byte offset of `expansion` in its file.
  package var offset: Int
  /// Notes that belong to it: macro expansions, previous declarations.
  package var notes: [FrontendDiagnostic]

  package init(
    severity: Severity, message: String, option: String, spelling: FrontendPlace?, expansion: FrontendPlace?,
    offset: Int, notes: [FrontendDiagnostic] = []
  ) {
    self.severity = severity
    self.message = message
    self.option = option
    self.spelling = spelling
    self.expansion = expansion
    self.offset = offset
    self.notes = notes
  }
}

/// What stands at a place: the innermost expression or declaration, and what it refers to.
package struct FrontendCursor: Codable, Hashable, Sendable {
  /// libclang's kind in its own words, e.g. `CallExpr`, `MemberRefExpr`, `DeclRefExpr`, `macro expansion`.
  package var kind: String
  package var spelling: String
  /// The expression's type as written and with typedefs resolved; empty for macros.
  package var type: String
  package var canonicalType: String
  /// For a member reference the record that holds the member, e.g. `struct file_operations`.
  package var container: String?
  /// The declaration that it refers to.
  package var referenced: FrontendDeclaration?

  package init(
    kind: String, spelling: String, type: String, canonicalType: String, container: String? = nil,
    referenced: FrontendDeclaration? = nil
  ) {
    self.kind = kind
    self.spelling = spelling
    self.type = type
    self.canonicalType = canonicalType
    self.container = container
    self.referenced = referenced
  }
}

/// A declaration that a translation unit can see.
package struct FrontendDeclaration: Codable, Hashable, Sendable {
  package var name: String
  /// `function`, `inline-function`, `variable`, `field`, `macro`, `enumerator`, `type`, `header`, `other`.
  package var kind: String
  /// As written, white space folded, without body; a structure that is only announced ends in `;`.
  package var text: String
  /// The type with typedefs resolved; empty for macros, types and headers.
  package var type: String
  package var place: FrontendPlace
  /// Fields and enumerators: what holds them, e.g. `struct uart_state`.
  package var container: String?
  /// Macros: the replacement text.
  package var body: String
  /// Headers: the files that came in through it alone.
  package var brings: [String]?

  package init(
    name: String, kind: String, text: String, type: String = "", place: FrontendPlace, container: String? = nil,
    body: String = "", brings: [String]? = nil
  ) {
    self.name = name
    self.kind = kind
    self.text = text
    self.type = type
    self.place = place
    self.container = container
    self.body = body
    self.brings = brings
  }
}
