// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The breaks that only Kbuild saw: errors of the distribution's compiler that clang did not give, and of Kbuild's
/// other tools.
///
/// - Parameters:
///   - old: findings of the old kernel's build.
///   - new: findings of the new kernel's build; their files relative to the driver's root. modpost's are left to
///     `linkBreaks`.
///   - seen: what clang found; an error in a file and line, or about a symbol in a file, that it found is left out.
package func buildBreaks(old: [Finding], new: [Finding], seen: [Break]) -> [Break] {
  struct Error: Hashable {
    var file: String?
    var message: String
  }
  struct Place: Hashable {
    var file: String
    var line: Int
  }
  struct Use: Hashable {
    var file: String
    var symbol: String
  }
  var known = Set(old.map { Error(file: $0.site?.file, message: $0.message) })
  let places = Set(seen.map { Place(file: $0.site.file, line: $0.site.line) })
  let uses = Set(seen.map { Use(file: $0.site.file, symbol: $0.symbol) })
  return new.compactMap { finding in
    guard finding.severity == .error || finding.severity == .fatal, finding.tool != "modpost",
      known.insert(Error(file: finding.site?.file, message: finding.message)).inserted
    else { return nil }
    let phrase = Phrase(finding.message)
    let wording = Wording.of(phrase)
    var symbol = ""
    var container: String?
    switch wording.naming {
    case .quoted(let index), .type(let index):
      symbol = index < phrase.quoted.count ? tag(phrase.quoted[index]) : ""
    case .field(let field, let holder):
      symbol = field < phrase.quoted.count ? phrase.quoted[field] : ""
      container = holder < phrase.quoted.count ? bareType(phrase.quoted[holder]) : nil
    case .callee, .macro, .value, .statement, .word, .memberOf, .grammar: break
    }
    if let function = function(blamedIn: finding.message) {
      return Break(
        site: finding.site ?? Site(file: "", line: 0), kind: .buildRule, symbol: function, message: finding.message)
    }
    guard let site = finding.site else {
      return Break(site: Site(file: "", line: 0), kind: .buildRule, symbol: symbol, message: finding.message)
    }
    guard !places.contains(Place(file: site.file, line: site.line)),
      symbol.isEmpty || !uses.contains(Use(file: site.file, symbol: symbol))
    else { return nil }
    return Break(site: site, kind: wording.kind, symbol: symbol, container: container, message: finding.message)
  }
}

/// The function that a tool speaks of: `name(): what is wrong`.
private func function(blamedIn message: String) -> String? {
  let name = message.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  return !name.isEmpty && message.dropFirst(name.count).hasPrefix("(): ") ? String(name) : nil
}
