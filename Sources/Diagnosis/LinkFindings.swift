// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The breaks in what modpost says on the new kernel and did not say on the old one.
///
/// The wording changed over the releases, so a line is read by what it quotes and by the words `undefined`,
/// `namespace` and `GPL`, in any order.
/// - Parameters:
///   - old: findings of the old kernel's build; only those with the tool `modpost` are read.
///   - new: findings of the new kernel's build.
///   - mainSource: the source, relative to the driver's root, that stands for a module (its name without `.ko`).
package func linkBreaks(old: [Finding], new: [Finding], mainSource: (String) -> String?) -> [Break] {
  let known = Set(old.filter { $0.tool == "modpost" }.compactMap { LinkComplaint($0.message) })
  var seen = known
  return new.filter { $0.tool == "modpost" && $0.severity != .note }.compactMap { finding in
    guard let complaint = LinkComplaint(finding.message), seen.insert(complaint).inserted else { return nil }
    let place = finding.site.flatMap { $0.file.hasSuffix(".ko") ? nil : $0.file }
    let file = place ?? mainSource(complaint.module) ?? finding.site?.file ?? complaint.module
    return Break(
      site: Site(file: file, line: 0), kind: complaint.kind, symbol: complaint.symbol,
      container: complaint.namespace, message: finding.message)
  }
}

/// What modpost says about one symbol of one module.
private struct LinkComplaint: Hashable {
  var kind: Break.Kind
  var symbol: String
  /// Without folder and `.ko`.
  var module: String
  var namespace: String?

  /// `"x" [y.ko] undefined!`; `module y uses symbol x from namespace N, but does not import it.`;
  /// `GPL-incompatible module y.ko uses GPL-only symbol 'x'`.
  init?(_ message: String) {
    let words = message.split { " \t\"'[],:!()‘’<>".contains($0) }.map(String.init)
    func word(after marker: String) -> String? {
      guard let index = words.firstIndex(of: marker), index + 1 < words.count else { return nil }
      return words[index + 1].hasSuffix(".") ? String(words[index + 1].dropLast()) : words[index + 1]
    }
    module = words.first { $0.hasSuffix(".ko") }.map(bareModule) ?? word(after: "module").map(bareModule) ?? ""
    if words.contains("namespace") || words.contains("namespaces") {
      guard let name = word(after: "symbol") ?? quoted(message) else { return nil }
      kind = .namespace
      symbol = name
      namespace = word(after: "namespace")
    } else if words.contains("undefined") {
      guard let name = quoted(message) ?? word(after: "symbol") else { return nil }
      kind = .unexported
      symbol = name
    } else if let name = word(after: "symbol"), words.contains(where: { $0.hasPrefix("GPL") }) {
      kind = .unexported
      symbol = name
    } else {
      guard words.contains("ERROR") || words.contains("error") || words.contains("FATAL") else { return nil }
      kind = .buildRule
      symbol = quoted(message) ?? ""
    }
  }
}

private func bareModule(_ path: String) -> String {
  let name = path.split(separator: "/").last.map(String.init) ?? path
  return name.hasSuffix(".ko") ? String(name.dropLast(3)) : name
}

/// The first quoted part.
private func quoted(_ message: String) -> String? {
  for mark in ["\"", "'"] {
    let parts = message.split(separator: Character(mark), omittingEmptySubsequences: false)
    if parts.count >= 3, !parts[1].isEmpty, !parts[1].contains(" ") { return String(parts[1]) }
  }
  return nil
}
