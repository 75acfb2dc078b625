// SPDX-License-Identifier: GPL-2.0-or-later

/// A place in a source file.
package struct Site: Codable, Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Path relative to the root of the driver or kernel tree it belongs to.
  package var file: String
  /// Line, from 1; 0 where only the file is known.
  package var line: Int
  /// Column in bytes, from 1; 0 where only the line is known.
  package var column: Int

  package init(file: String, line: Int, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.file, left.line, left.column) < (right.file, right.line, right.column)
  }

  package var description: String { line > 0 ? "\(file):\(line)" : file }
}

/// What a tree says about a name.
package struct Declaration: Codable, Hashable, Sendable {
  package enum Kind: String, Codable, Sendable {
    case function, inlineFunction = "inline-function", variable, field, macro, enumerator, type, header, export, other
  }
  package var name: String
  package var kind: Kind
  /// The declaration as written, on one line with single spaces, without its body, e.g. `size_t old_call(char *, …)`.
  package var text: String
  /// Where it stands, relative to the kernel tree, e.g. `include/linux/string.h:42`.
  package var site: Site
  /// The structure, union or enum that holds it, with its tag keyword, e.g. `struct file_operations`.
  package var container: String?
  /// Macros: the replacement text; inline functions: what stands between their braces. Empty for all others.
  package var body: String

  package init(name: String, kind: Kind, text: String, site: Site, container: String? = nil, body: String = "") {
    self.name = name
    self.kind = kind
    self.text = text
    self.site = site
    self.container = container
    self.body = body
  }
}
