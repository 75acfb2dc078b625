// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// The driver's compatibility header: its own, or a new one.
struct CompatHeader {
  /// Path relative to the driver's root.
  let path: String
  /// Its present text; nil if it is to be made.
  let text: SourceText?
  private let files: [String: SourceText]
  private static let once = "DRIVER_COMPAT_H"

  /// `sites` are the files that need it.
  init(files: [String: SourceText], sites: [String]) {
    self.files = files
    let own = files.keys.sorted().filter { path in
      let name = path.split(separator: "/").last?.lowercased() ?? ""
      return name.hasSuffix(".h") && (name.contains("compat") || name.contains("backport"))
        && !name.hasPrefix("compat_tests")
    }
    func count(_ path: String) -> Int { sites.count { Self.isIncluded(path, by: $0, in: files) } }
    // The one that most of the sites see already.
    let best = own.filter { count($0) > 0 }.max { left, right in
      (count(left), right) < (count(right), left)
    }
    path = best ?? CompatText.join(CompatText.commonFolder(sites), "compat.h")
    text = files[path]
  }

  /// Whether the file itself includes the header.
  func isIncluded(by file: String) -> Bool { Self.isIncluded(path, by: file, in: files) }

  /// The line that includes it.
  func directive(in file: String) -> String {
    "#include \"\(CompatText.relative(path, from: CompatText.folder(file)))\""
  }

  /// What adds these lines: an edit of the header as it is, or the new file.
  func adding(_ lines: [String]) -> (edit: Edit?, file: SourceText?) {
    guard let text else {
      let end = CompatText.lineEnd(files)
      let head = [
        "/* SPDX-License-Identifier: \(CompatText.licence(files)) */", "#ifndef \(Self.once)", "#define \(Self.once)",
      ]
      let all = head + [""] + lines + ["", "#endif /* \(Self.once) */"]
      return (nil, SourceText(all.map { $0 + end }.joined().utf8))
    }
    let end = CompatText.lineEnd(text)
    let place = insertionPoint(text)
    let glue = place == text.count && text.last != 0x0A && place > 0 ? end : ""
    let body = (place == text.count ? [""] + lines : lines + [""]).map { $0 + end }.joined()
    return (Edit(file: path, range: place..<place, replacement: glue + body), nil)
  }

  /// Before the last `#endif` if that ends the include guard, else at the end.
  private func insertionPoint(_ text: SourceText) -> Int {
    let source = LexedSource(text)
    let tokens = source.tokens
    guard let first = tokens.first, first.isDirective, tokens.count > 2, source.spells(tokens[1], "ifndef"),
      let last = tokens.indices.last(where: { tokens[$0].startsLine && tokens[$0].isDirective }),
      last + 1 < tokens.count,
      source.spells(tokens[last + 1], "endif"), last + 2 == tokens.count
    else { return text.count }
    return tokens[last].range.lowerBound
  }

  /// As compilers seek what is quoted: beside the file, then below the folders of `-I`, of which any may lead into the
  /// driver. What stands in brackets is the kernel's, also where it has the same name.
  private static func isIncluded(_ path: String, by file: String, in files: [String: SourceText]) -> Bool {
    CompatText.includes(files[file] ?? []).contains { include in
      guard include.isQuoted else { return false }
      let beside = CompatText.folded(CompatText.join(CompatText.folder(file), include.path))
      if beside == path || files[beside] != nil { return beside == path }
      return path == include.path || path.hasSuffix("/" + include.path)
    }
  }
}
