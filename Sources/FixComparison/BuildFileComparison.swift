// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Compares the changed lines of Makefiles, Kbuild files and `dkms.conf`.
enum BuildFileComparison {
  static func sites(
    _ path: String, before: SourceText, after: SourceText, theirs: SourceText?
  ) -> [SiteComparison] {
    let (old, new) = (lines(before), lines(after))
    let later = theirs.map { Set(lines($0)) }
    let gaps = Alignment(old, new).gaps(old.count, new.count)
    // What is only added here asks what the kernel has: compatibility code of the adaptation, which has no counterpart.
    return gaps.filter { !$0.left.isEmpty }.map { gap in
      let removed = gap.left.map { old[$0] }.filter { !$0.isEmpty }
      let added = Array(gap.right.map { new[$0] }.drop(while: \.isEmpty).prefix { !$0.isEmpty })
      var site = SiteComparison(
        file: path, line: gap.right.lowerBound + 1, within: "", verdict: .same, before: removed, after: added)
      guard let later else {
        site.verdict = .notComparable
        site.reason = "there is no such file"
        return site
      }
      site.theirs = (added + removed).filter { later.contains($0) }
      if let missing = added.first(where: { !later.contains($0) }) {
        site.verdict = .different
        site.reason = "the maintainer's version has no line \(missing)"
      } else if added.isEmpty, let kept = removed.first(where: { later.contains($0) }) {
        site.verdict = .different
        site.reason = "the maintainer's version keeps \(kept)"
      }
      return site
    }
  }

  /// Without the white space that make does not see either.
  private static func lines(_ text: SourceText) -> [String] {
    text.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }.map { String(decoding: $0, as: UTF8.self) }
        .joined(separator: " ")
    }
  }
}
