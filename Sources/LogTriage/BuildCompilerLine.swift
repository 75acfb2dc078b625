// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// `PLACE: SEVERITY: MESSAGE` as gcc, clang, sparse, objtool and the assembler print it.
enum CompilerLine {
  private static let marks: [(text: String, severity: Finding.Severity)] = [
    (": fatal error: ", .fatal), (": error: ", .error), (": warning: ", .warning), (": note: ", .note),
  ]

  static func finding(_ line: String, folder: String, roots: BuildRoots) -> Finding? {
    var rest = line[...]
    let isSparse = rest.hasPrefix("sparse: ")
    if isSparse { rest = rest.dropFirst(8) }
    // A line of gcc's excerpts begins with a blank.
    guard let first = rest.first, first != " ",
      let (mark, range) = marks.compactMap({ mark in rest.range(of: mark.text).map { (mark, $0) } })
        .min(by: { $0.1.lowerBound < $1.1.lowerBound })
    else { return nil }
    let head = rest[..<range.lowerBound]
    var message = roots.shortened(String(rest[range.upperBound...].prefix(1000)))
    var tool = isSparse ? "sparse" : "gcc"
    if let option = option(&message), !isSparse { tool = option }
    if let objtool = message.without(prefix: "objtool: ") {
      tool = "objtool"
      message = objtool
    }
    guard let place = Place(head) else {
      guard isProgram(head) else { return nil }
      return Finding(tool: String(head.split(separator: "/").last ?? head), severity: mark.severity, message: message)
    }
    let site = Site(file: roots.relative(place.path, in: folder), line: place.line, column: place.column)
    return Finding(tool: tool, severity: mark.severity, site: site, message: message)
  }

  /// Takes the controlling option off the message: `… [-Werror=foo]` gives `-Wfoo`.
  private static func option(_ message: inout String) -> String? {
    guard message.hasSuffix("]"), let open = message.range(of: " [-W", backwards: true) else { return nil }
    var option = message[open.upperBound...].dropLast().split(separator: ",").last ?? ""
    if option.hasPrefix("error=") { option = option.dropFirst(6) }
    guard !option.isEmpty, !option.contains(" ") else { return nil }
    let name = "-W\(option.prefix { $0 != "=" || option.hasPrefix("attribute") })"
    message.removeSubrange(open.lowerBound...)
    return name
  }

  /// Programs that complain without a place: `cc1`, `gcc-12`, `ld`, `as`, …
  private static func isProgram(_ head: Substring) -> Bool {
    let name = head.split(separator: "/").last ?? ""
    return ["cc1", "cpp", "as", "ld", "ld.lld", "collect2"].contains(name)
      || name.split(separator: "-").contains { $0 == "gcc" || $0 == "clang" }
  }

  /// `path:line:column`, `path:line`, or a path that is plainly an object's or source's.
  private struct Place {
    var path: Substring
    var line = 0
    var column = 0

    init?(_ text: Substring) {
      path = text
      var numbers: [Int] = []
      while numbers.count < 2, let colon = path.lastIndex(of: ":"),
        let number = Int(path[path.index(after: colon)...]), number >= 0
      {
        numbers.insert(number, at: 0)
        path = path[..<colon]
      }
      guard !path.isEmpty, !path.contains(where: { $0 == "(" || $0 == "*" || $0 == "\t" }) else { return nil }
      if numbers.isEmpty {
        guard [".o", ".c", ".h", ".S", ".ko", ".s"].contains(where: path.hasSuffix), !path.contains(" ") else {
          return nil
        }
      } else {
        line = numbers[0]
        column = numbers.count > 1 ? numbers[1] : 0
      }
    }
  }
}
