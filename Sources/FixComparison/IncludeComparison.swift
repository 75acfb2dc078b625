// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Compares what a file includes of the kernel, by itself or through headers of the driver.
enum IncludeComparison {
  /// Nil if the file reaches the same headers as before.
  ///
  /// - Parameter before: the driver as it was, with all headers.
  static func site(
    _ path: String, before: DriverComparison.Texts, ours: Version, theirs: Version
  ) -> SiteComparison? {
    let own = Own(texts: ours.texts)
    let (old, new) = (Own(texts: before).reached(from: path), own.reached(from: path))
    let (removed, added) = (old.keys.filter { new[$0] == nil }.sorted(), new.keys.filter { old[$0] == nil }.sorted())
    guard !removed.isEmpty || !added.isEmpty else { return nil }
    var site = SiteComparison(
      file: path, line: added.compactMap { new[$0] }.min() ?? 1, within: "", verdict: .same,
      before: removed.map { "#include <\($0)>" }, after: added.map { "#include <\($0)>" })
    guard let file = theirs.counterpart(path) else {
      site.verdict = .notComparable
      site.reason = "there is no such file"
      return site
    }
    let later = Own(texts: theirs.texts)
    let (reached, direct) = (later.reached(from: file), later.named(in: file))
    site.theirs = (added + removed).filter { reached[$0] != nil }.map { "#include <\($0)>" }
    if let missing = added.first(where: { reached[$0] == nil }) {
      site.verdict = .different
      site.reason = "the maintainer's version does not include <\(missing)>"
    } else if let kept = removed.first(where: { reached[$0] != nil }) {
      site.verdict = .different
      site.reason = "the maintainer's version still includes <\(kept)>"
    } else if Set(added).intersection(own.named(in: path)) != Set(added).intersection(direct) {
      site.verdict = .equivalent
      site.reason = "a header of the driver's own includes it"
    }
    return site
  }

  /// The files of one version, as they include each other.
  private struct Own {
    let texts: DriverComparison.Texts

    /// The kernel's headers that the file reaches, each with the line of the file that leads there.
    func reached(from path: String) -> [String: Int] {
      var found: [String: Int] = [:]
      var seen: Set<String> = [path]
      var queue = includes(texts[path] ?? []).map { (include: $0, line: $0.line, from: path) }
      while let (include, line, from) = queue.popLast() {
        guard let own = include.isQuoted ? file(include.path, from: from) : nil else {
          found[include.path] = min(line, found[include.path] ?? line)
          continue
        }
        guard seen.insert(own).inserted else { continue }
        queue += includes(texts[own] ?? []).map { ($0, line, own) }
      }
      return found
    }

    /// Those that its own lines name.
    func named(in path: String) -> Set<String> {
      Set(includes(texts[path] ?? []).filter { !$0.isQuoted }.map(\.path))
    }

    private func file(_ include: String, from path: String) -> String? {
      let folder = path.split(separator: "/").dropLast()
      var parts: [Substring] = Array(folder)
      for part in include.split(separator: "/") where part != "." {
        if part == ".." { parts = Array(parts.dropLast()) } else { parts.append(part) }
      }
      let beside = parts.joined(separator: "/")
      if texts[beside] != nil { return beside }
      // Through some `-I`.
      let found = texts.keys.filter { $0 == include || $0.hasSuffix("/" + include) }
      return found.min()
    }

    private func includes(_ text: SourceText) -> [(path: String, isQuoted: Bool, line: Int)] {
      let source = LexedSource(text)
      let lines = LineTable(text)
      var found: [(String, Bool, Int)] = []
      for (index, token) in source.tokens.enumerated().dropLast(2)
      where token.isDirective && token.startsLine && source.spells(source.tokens[index + 1], "include") {
        let name = source.tokens[index + 2]
        guard name.kind == .headerName || name.kind == .string, name.isDirective else { continue }
        let path = String(source.spelling(name).dropFirst().dropLast())
        found.append((path, name.kind == .string, lines.line(of: Int(token.start))))
      }
      return found
    }
  }
}
