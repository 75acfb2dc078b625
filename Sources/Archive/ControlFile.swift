// SPDX-License-Identifier: GPL-2.0-or-later

/// One paragraph of a deb822(5) file: field names in lower case, values with their continuation lines.
package struct Paragraph: Equatable {
  private(set) var fields: [String: String] = [:]

  /// The value of a field, its name in lower case.
  package subscript(_ name: String) -> String? { fields[name] }

  /// The words of a value, e.g. of `Suites`.
  package func words(_ name: String) -> [String] {
    (fields[name] ?? "").split { $0 == " " || $0 == "\t" || $0 == "\n" }.map(String.init)
  }

  /// Splits a file into paragraphs; lines that are no field are dropped, comments (`#`) too.
  package static func parse(_ text: String) -> [Paragraph] {
    var paragraphs: [Paragraph] = []
    var current = Paragraph()
    var field: String?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("#") { continue }
      if line.allSatisfy({ $0 == " " || $0 == "\t" || $0 == "\r" }) {
        if !current.fields.isEmpty { paragraphs.append(current) }
        current = Paragraph()
        field = nil
      } else if line.first == " " || line.first == "\t" {
        if let field { current.fields[field, default: ""] += "\n" + line }
      } else if let colon = line.firstIndex(of: ":") {
        let name = line[..<colon].lowercased()
        current.fields[name] = String(line[line.index(after: colon)...].trimmed)
        field = name
      } else {
        field = nil
      }
    }
    if !current.fields.isEmpty { paragraphs.append(current) }
    return paragraphs
  }
}

extension Substring {
  /// Without the blanks at both ends.
  var trimmed: Substring {
    let head = drop { $0.isWhitespace }
    return head[..<(head.lastIndex { !$0.isWhitespace }.map { head.index(after: $0) } ?? head.startIndex)]
  }
}
