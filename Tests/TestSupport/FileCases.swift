// SPDX-License-Identifier: GPL-2.0-or-later

/// One file before and after a change.
package struct FileCase: Sendable, CustomStringConvertible {
  package var path: String
  package var before: [UInt8]?
  package var after: [UInt8]?
  package var isExecutable: Bool

  package init(_ path: String, _ before: [UInt8]?, _ after: [UInt8]?, isExecutable: Bool = false) {
    self.path = path
    self.before = before
    self.after = after
    self.isExecutable = isExecutable
  }

  package init(_ path: String, _ before: String?, _ after: String?) {
    self.init(path, before.map { Array($0.utf8) }, after.map { Array($0.utf8) })
  }

  package var description: String { path }

  /// Changes of files with everything that a driver's source may hold.
  package static let all: [FileCase] = [
    FileCase("plain.c", functions, edited), FileCase("dos.c", crlf(functions), crlf(edited)),
    FileCase("dos-one-line.c", crlf("one\ntwo\nthree\n"), crlf("one\n2\nthree\n")),
    FileCase("mixed.c", "a\r\nb\nc\r\n", "a\r\nB\nc\r\nd\r\n"), FileCase("cr.c", "a\rb\nc\n", "a\rb\nd\n"),
    FileCase("to-dos.c", "a\nb\n", "a\r\nb\r\n"), FileCase("from-dos.c", "a\r\nb\r\n", "a\nb\n"),
    FileCase("dos-no-end.c", "a\r\nb\r\nc", "a\r\nb\r\nd"), FileCase("dos-new.h", nil, "#pragma once\r\n"),
    FileCase("latin1.c", latin1(" */\nint a;\n"), latin1(" */\nint b;\n")),
    FileCase("latin1-dos.c", latin1(" */\r\nint a;\r\n"), latin1(" */\r\nint b;\r\n")),
    FileCase("no-end.c", "a\nb\nc", "a\nb\nd"), FileCase("end-added.c", "a\nb", "a\nb\n"),
    FileCase("end-removed.c", "a\nb\n", "a\nb"), FileCase("new.h", nil, "#pragma once\n"),
    FileCase("empty.h", nil, ""), FileCase("deleted.c", "gone\nnow\n", nil), FileCase("filled.c", "", "one\n"),
    FileCase("emptied.c", "one\n", ""), FileCase("name with space.c", "a\n", "b\n"),
    FileCase("new name with space.c", nil, "b\n"), FileCase("tr\u{E4}ger.c", "a\n", "b\n"),
    FileCase("sub/folder/deep.c", "a\n", "b\n"), FileCase("quote\"back\\slash.c", "a\n", "b\n"),
    FileCase("long.c", String(repeating: "x", count: 3000) + "\n", String(repeating: "y", count: 3000) + "\n"),
    FileCase("utf8.c", "/* \u{4E16}\u{754C} */\n", "/* \u{4E16} */\n"),
    FileCase("From.txt", "From here\n>From there\n", "From there\n>From there\n"),
    FileCase("space-at-end.c", "a \nb\t\n \n\nc\n", "a \nb\t\n \n\nd \n"),
    FileCase("looks-like-a-diff.c", "a\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-- \nb\n", "a\n--- a/x\n@@ -1 +1 @@\n-- \nc\n"),
    FileCase("run.sh", Array("a\n".utf8), Array("b\n".utf8), isExecutable: true),
  ]

  private static let functions = (0..<30).map { "int f\($0)(void)\n{\n\treturn \($0);\n}\n\n" }.joined()
  private static let edited = (0..<30).map { number in
    "int f\(number)(void)\n{\n\treturn \(number == 5 || number == 20 ? "f\(number - 1)()" : "\(number)");\n}\n\n"
  }.joined()

  private static func crlf(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
  }

  private static func latin1(_ rest: String) -> [UInt8] { Array("/* Gr".utf8) + [0xFC, 0xDF, 0x65] + Array(rest.utf8) }
}
