// SPDX-License-Identifier: GPL-2.0-or-later

/// A series as one file per patch and a list of their names, as quilt(1), dpkg-source(1) and dkms(8) take it. Each patch
/// has a header as DEP-3 asks for ("Patch Tagging Guidelines", dep.debian.net/deps/dep3).
package struct QuiltSeries: Sendable {
  /// A patch as it lies in `patches/`.
  package struct File: Sendable, Hashable {
    package var name: String
    package var bytes: [UInt8]
  }
  /// In the order in which they apply.
  package let files: [File]

  /// - Parameters:
  ///   - author: `Name <address>`.
  ///   - origin: what made the patches, for `Origin: other, …`.
  ///   - day: `2026-11-21`.
  ///   - remarks: what a person should look at, one sentence each; they stand below the first header.
  package init(_ patches: [Patch], author: String, origin: String, day: String, remarks: [String] = []) {
    files = patches.enumerated().map { index, patch in
      let header = Self.header(patch, author: author, origin: origin, day: day)
      let below = index == 0 ? remarks.map { "Review: \($0)\n" }.joined() : ""
      return File(
        name: Self.name(index + 1, patch.title), bytes: Array("\(header)---\n\(below)\n".utf8) + patch.files.bytes())
    }
  }

  /// The file `series`.
  package var list: String { files.map { $0.name + "\n" }.joined() }

  private static func header(_ patch: Patch, author: String, origin: String, day: String) -> String {
    let text = [Patch.trimmed(patch.text), patch.trailers.map(\.description).joined(separator: "\n")]
    let body = text.filter { !$0.isEmpty }.joined(separator: "\n\n")
    // A field goes on in lines that begin with a space; an empty one is a dot.
    let lines = body.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? " ." : " \($0)" }
    return "Description: \(patch.title)\n" + (body.isEmpty ? "" : lines.joined(separator: "\n") + "\n")
      + "Author: \(author)\nOrigin: other, \(origin)\nForwarded: no\nLast-Update: \(day)\n"
  }

  /// `0001-foo-use-this-instead-of-that.patch`, as git format-patch names its files.
  private static func name(_ number: Int, _ title: String) -> String {
    var slug = ""
    for character in title where slug.utf8.count < 52 {
      let isPlain =
        character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == ".")
      if isPlain { slug.append(character) } else if slug.last != "-" { slug.append("-") }
    }
    while let last = slug.last, last == "-" || last == "." { slug.removeLast() }
    while let first = slug.first, first == "-" || first == "." { slug.removeFirst() }
    let digits = String(number)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + (slug.isEmpty ? "" : "-") + slug
      + ".patch"
  }
}
