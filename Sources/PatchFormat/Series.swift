// SPDX-License-Identifier: GPL-2.0-or-later

/// One commit as a patch: its message, what is said below the message, and its diff.
package struct Patch: Hashable, Sendable {
  /// First line of the message.
  package var title: String
  /// The message between title and trailers, lines ending with line feeds; may be empty.
  package var text: String
  package var trailers: [Trailer]
  /// What stands below `---` for reviewers and is not kept in the commit; may be empty.
  package var notes: String
  package var files: [FileDiff]

  package init(title: String, text: String, trailers: [Trailer] = [], notes: String = "", files: [FileDiff]) {
    self.title = title
    self.text = text
    self.trailers = trailers
    self.notes = notes
    self.files = files
  }

  /// The whole commit message as git stores it.
  package var message: String {
    let paragraphs = [title, Self.trimmed(text), trailers.map(\.description).joined(separator: "\n")]
    return paragraphs.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  /// The body of the mail that carries the patch: message without title, notes, diffstat, diff, footer, signature.
  package func mailBody(footer: String, signature: String) -> [UInt8] {
    var head = String(message.dropFirst(title.count).drop { $0 == "\n" })
    head += "---\n"
    if !notes.isEmpty { head += Self.trimmed(notes) + "\n\n---\n" }
    head += Diffstat(files).text() + "\n"
    var bytes = Array(head.utf8) + files.bytes()
    if !footer.isEmpty { bytes += "\n\(footer)".utf8 }
    bytes += "-- \n\(signature)\n\n".utf8
    return bytes
  }

  /// `text` without empty lines at both ends.
  static func trimmed(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    while lines.first?.isEmpty ?? false { lines.removeFirst() }
    while lines.last?.isEmpty ?? false { lines.removeLast() }
    return lines.joined(separator: "\n")
  }
}

/// Patches that belong together, in the order in which they apply.
package struct Series: Hashable, Sendable {
  /// What the patches apply to.
  package enum Base: Codable, Hashable, Sendable {
    /// A commit that others can fetch, 40 hexadecimal digits: the only thing that may be called `base-commit:`.
    case publicCommit(String)
    /// Something else, said in words, e.g. `foo-dkms 1.2-3, archive SHA-256 9f…`.
    case words(String)
  }
  /// From 1.
  package var version: Int
  package var changeID: ChangeID
  package var base: Base?
  package var cover: CoverLetter?
  package var patches: [Patch]

  package init(version: Int = 1, changeID: ChangeID, base: Base?, cover: CoverLetter?, patches: [Patch]) {
    self.version = version
    self.changeID = changeID
    self.base = base
    self.cover = cover
    self.patches = patches
  }

  /// What stands at the end of the first mail: base and change-id, one per line.
  package var footer: String {
    switch base {
    case .publicCommit(let commit): "base-commit: \(commit)\nchange-id: \(changeID)\n"
    // Not `base: …`: b4 would take it for a trailer.
    case .words(let words): "Applies to \(words)\nchange-id: \(changeID)\n"
    case nil: "change-id: \(changeID)\n"
    }
  }

  /// `[PATCH v2 01/12] title`; no numbers for a lone patch without a cover letter. Number 0 is the cover letter.
  package func subject(_ number: Int, title: String) -> String {
    var marks = ["PATCH"]
    if version > 1 { marks.append("v\(version)") }
    if patches.count > 1 || cover != nil {
      let total = String(patches.count)
      let padding = String(repeating: "0", count: max(total.count - String(number).count, 0))
      marks.append("\(padding)\(number)/\(total)")
    }
    return "[\(marks.joined(separator: " "))] \(title)"
  }
}

/// The mail that introduces a series.
package struct CoverLetter: Hashable, Sendable {
  package var title: String
  /// Lines of at most 75 columns.
  package var text: String

  package init(title: String, text: String) {
    self.title = title
    self.text = text
  }

  /// The body of its mail: text, shortlog, diffstat over all patches, footer, signature, in b4's layout.
  ///
  /// - Parameter total: all patches as one diff; nil adds them up.
  package func mailBody(series: Series, total: [FileDiff]?, author: String, signature: String) -> [UInt8] {
    var body = Patch.trimmed(text) + "\n\n---\n\(author) (\(series.patches.count)):\n"
    for patch in series.patches { body += "  \(patch.title)\n" }
    body += "\n" + Diffstat(total ?? Self.merged(series.patches)).text()
    body += "---\n\(series.footer)\n-- \n\(signature)\n"
    return Array(body.utf8)
  }

  /// The files of all patches, each once, its lines added up.
  private static func merged(_ patches: [Patch]) -> [FileDiff] {
    var files: [FileDiff] = []
    var places: [String: Int] = [:]
    for file in patches.flatMap(\.files) {
      if let place = places[file.path] {
        files[place].hunks += file.hunks
        files[place].newPath = file.newPath
      } else {
        places[file.path] = files.count
        files.append(file)
      }
    }
    return files.sorted { $0.path < $1.path }
  }
}
