// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel

/// What a C file includes in angle brackets.
enum IncludedHeaders {
  private static let word = Array("include".utf8)

  /// The paths between the brackets; conditions are not looked at.
  static func of(_ text: some RandomAccessCollection<UInt8>) -> Set<String> { Set(inOrder(text)) }

  static func inOrder(_ text: some RandomAccessCollection<UInt8>) -> [String] {
    var headers: [String] = []
    for line in text.split(separator: UInt8(ascii: "\n")) {
      var rest = line.drop { isSpace($0) }
      guard rest.first == UInt8(ascii: "#") else { continue }
      rest = rest.dropFirst().drop { isSpace($0) }
      guard rest.starts(with: word) else { continue }
      rest = rest.dropFirst(word.count).drop { isSpace($0) }
      guard rest.first == UInt8(ascii: "<") else { continue }
      headers.append(String(decoding: rest.dropFirst().prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self))
    }
    return headers
  }

  /// The same for files of a kernel tree, by path; those that can't be read are left out.
  static func of(_ paths: Set<String>, in tree: String) -> [String: Set<String>] {
    var files: [String: Set<String>] = [:]
    for path in paths { files[path] = FileManager.default.contents(atPath: "\(tree)/\(path)").map { of($0) } }
    return files
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
