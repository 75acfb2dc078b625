// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation

/// One entry of sources.list(5), in either of its two styles, as far as binary packages go.
package struct AptSource: Hashable {
  /// Addresses of the archive.
  package var uris: [String]
  /// Suites as written.
  package var suites: [String]
  /// Components as written.
  package var components: [String]
  /// Key files, fingerprints or a whole key block, as `Signed-By` takes them.
  package var signedBy: String?

  /// An entry as written.
  package init(uris: [String], suites: [String], components: [String], signedBy: String? = nil) {
    self.uris = uris
    self.suites = suites
    self.components = components
    self.signedBy = signedBy
  }

  /// The entries for binary packages of `sources.list` and `sources.list.d` below `folder`, in apt's order.
  package static func read(below folder: String) -> [AptSource] {
    let parts = ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/sources.list.d")) ?? []).sorted()
    return (["sources.list"] + parts.map { "sources.list.d/\($0)" }).flatMap { name -> [AptSource] in
      guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") else { return [] }
      let text = String(decoding: bytes, as: UTF8.self)
      if name.hasSuffix(".sources") { return parse(deb822: text) }
      return name.hasSuffix(".list") ? parse(list: text) : []
    }
  }

  /// Entries of a `.sources` file that are enabled.
  package static func parse(deb822 text: String) -> [AptSource] {
    Paragraph.parse(text).compactMap { paragraph in
      let disabled = ["no", "false", "without", "off", "disable"].contains(paragraph["enabled"]?.lowercased() ?? "yes")
      guard !disabled, paragraph.words("types").contains("deb") else { return nil }
      return AptSource(
        uris: paragraph.words("uris").filter(isServed), suites: paragraph.words("suites"),
        components: paragraph.words("components"), signedBy: paragraph["signed-by"])
    }
  }

  /// Entries of a `.list` file: `deb [option=value …] uri suite component …`.
  package static func parse(list text: String) -> [AptSource] { text.split(separator: "\n").compactMap(entry) }

  private static func entry(_ line: Substring) -> AptSource? {
    var rest = line.prefix { $0 != "#" }.trimmed
    guard rest.hasPrefix("deb"), rest.dropFirst(3).first?.isWhitespace == true else { return nil }
    rest = rest.dropFirst(3).trimmed
    var signedBy: String?
    if rest.first == "[" {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      for option in words(rest[..<end].dropFirst()) where option.hasPrefix("signed-by=") {
        signedBy = String(option.dropFirst(10).replacing("\"", with: ""))
      }
      rest = rest[end...].dropFirst()
    }
    let words = words(rest)
    guard words.count >= 2, isServed(words[0]) else { return nil }
    return AptSource(uris: [words[0]], suites: [words[1]], components: Array(words[2...]), signedBy: signedBy)
  }

  private static func words(_ text: Substring) -> [String] {
    text.split { $0.isWhitespace }.map { String($0) }
  }

  /// A disc in a drive holds one release only.
  private static func isServed(_ uri: String) -> Bool { !uri.hasPrefix("cdrom:") }
}
