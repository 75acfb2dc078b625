// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontendProtocol
import CSource
import KernelModel

/// Reads clang's errors as complaints about the driver, with the driver's text at hand.
final class Reader {
  private let roots: Roots
  private let text: (String) -> SourceText?
  private var sources: [String: Source?] = [:]
  /// Words of a statement that are considered.
  private let candidateLimit = 12

  /// - Parameter text: the driver's file of that path, relative to its root, as it was parsed.
  init(_ roots: Roots, text: @escaping (String) -> SourceText?) {
    self.roots = roots
    self.text = text
  }

  /// Nil for what is no error.
  func complaint(_ diagnostic: FrontendDiagnostic, in observation: Observation) -> Complaint? {
    guard diagnostic.severity >= .error else { return nil }
    let phrase = Phrase(diagnostic.message)
    let wording = Wording.of(phrase)
    let macros = diagnostic.notes.filter { $0.message.hasPrefix("expanded from macro") }
    var complaint = Complaint(
      unit: observation.unit, message: oneLine(diagnostic.message), kind: wording.kind, symbol: "",
      site: Site(file: "", line: 0), quoted: phrase.quoted)
    complaint.kernelMacro = macros.first { !isDriver($0.spelling, observation) }.flatMap {
      Phrase($0.message).quoted.first
    }
    name(&complaint, wording, phrase, diagnostic, observation)
    complaint.site = site(of: diagnostic, spelling: complaint.symbol, observation)
    lookAround(&complaint, wording, phrase, diagnostic, observation)
    return complaint
  }

  /// What the message and its notes name.
  private func name(
    _ complaint: inout Complaint, _ wording: Wording, _ phrase: Phrase, _ diagnostic: FrontendDiagnostic,
    _ observation: Observation
  ) {
    func quoted(_ index: Int) -> String { index < phrase.quoted.count ? phrase.quoted[index] : "" }
    switch wording.naming {
    case .quoted(let index): complaint.symbol = quoted(index)
    case .field(let field, let container):
      complaint.symbol = quoted(field)
      complaint.container = bareType(quoted(container))
    case .type(let index): complaint.symbol = tag(quoted(index))
    case .memberOf(let index): complaint.container = bareType(quoted(index))
    case .callee, .macro:
      let note = diagnostic.notes.first {
        $0.message.hasSuffix(" declared here") || $0.message.hasSuffix(" defined here")
      }
      complaint.symbol = note.flatMap { Phrase($0.message).quoted.first } ?? ""
    case .value, .statement, .word, .grammar: break
    }
    if phrase.pattern.hasPrefix("incompatible pointer types"), phrase.quoted.contains(where: isFunctionPointer) {
      complaint.kind = .callbackPrototype
    }
    if wording.kind == .typeChanged, phrase.quoted.contains("void") { complaint.kind = .returnType }
    complaint.isGrammar = if case .grammar = wording.naming { true } else { false }
    complaint.spoilsDeclaration = complaint.isGrammar || [.macroArity, .typeGone].contains(wording.kind)
    if case .word = wording.naming { complaint.spoilsDeclaration = true }
    // An array whose initialiser went wrong has no size.
    if case .type(let index) = wording.naming, quoted(index).hasSuffix("[]") {
      complaint.kind = .other
      complaint.followsInitialiser = true
    }
  }

  /// What the text around the place names.
  private func lookAround(
    _ complaint: inout Complaint, _ wording: Wording, _ phrase: Phrase, _ diagnostic: FrontendDiagnostic,
    _ observation: Observation
  ) {
    guard let source = self.source(complaint.site.file),
      let offset = source.lines.offset(line: complaint.site.line, column: max(1, complaint.site.column))
    else { return }
    func place(_ token: Token) -> FrontendPlace? {
      guard let path = driverPath(diagnostic, complaint.site, observation) else { return nil }
      let start = Int(token.start)
      return FrontendPlace(file: path, line: source.lines.line(of: start), column: source.lines.column(of: start))
    }
    let range = source.statement(around: offset)
    complaint.words = Set(source.tokens[range].lazy.filter { $0.kind == .identifier }.map(source.text))
    switch wording.naming {
    case .callee where complaint.symbol.isEmpty:
      complaint.symbol = source.callee(around: offset).map(source.text) ?? ""
    case .macro where complaint.symbol.isEmpty, .word:
      complaint.symbol = source.word(at: offset) ?? ""
    case .memberOf(let index):
      complaint.symbol = source.word(at: offset) ?? tag(index < phrase.quoted.count ? phrase.quoted[index] : "")
      if complaint.symbol.isEmpty || !isMember(offset, source) {
        complaint.symbol = memberBehind(offset, source) ?? complaint.symbol
      }
    case .value:
      let isPassed = phrase.pattern.contains("passing ")
      if !isPassed, let field = source.fieldSet(around: offset), complaint.kind == .callbackPrototype {
        complaint.symbol = source.text(field)
        complaint.field = place(field)
      } else if isPassed, let callee = source.callee(around: offset) {
        complaint.symbol = source.text(callee)
      }
      if isPassed, complaint.kind == .typeChanged { complaint.kind = .arguments }
    case .quoted where complaint.kind == .madeConst:
      let token = source.words(range, near: offset).first {
        source.isMember($0) && source.text(source.tokens[$0]) == complaint.symbol
      }
      complaint.field = token.flatMap { place(source.tokens[$0]) }
    default: break
    }
    if complaint.symbol.isEmpty, let macro = complaint.kernelMacro,
      range.contains(where: { source.text(source.tokens[$0]) == macro })
    {
      complaint.symbol = macro
    }
    if complaint.symbol.isEmpty || (wording.naming.isVague && complaint.kind != .callbackPrototype) {
      complaint.candidates = source.words(range, near: offset).prefix(candidateLimit).map { index in
        Complaint.Candidate(
          name: source.text(source.tokens[index]), place: source.isMember(index) ? place(source.tokens[index]) : nil)
      }
    }
    if complaint.kind == .nameGone, source.beginsDeclaration(at: offset) { complaint.spoilsDeclaration = true }
    if [.macroArity, .arguments, .fieldGone].contains(complaint.kind), source.word(at: offset) != complaint.symbol,
      let index = source.words(range, near: offset).first(where: { source.text(source.tokens[$0]) == complaint.symbol })
    {
      let start = Int(source.tokens[index].start)
      complaint.site.line = source.lines.line(of: start)
      complaint.site.column = source.lines.column(of: start)
    }
  }

  private func isMember(_ offset: Int, _ source: Source) -> Bool {
    source.isMember(source.lexed.firstToken(endingAfter: offset))
  }

  /// The field's name behind the `->` or `.` at or soon after `offset`.
  private func memberBehind(_ offset: Int, _ source: Source) -> String? {
    let start = source.lexed.firstToken(endingAfter: offset)
    for index in start..<min(start + 8, source.tokens.count) where source.isMember(index) {
      return source.text(source.tokens[index])
    }
    return nil
  }

  /// The innermost place in the driver that spells the symbol; else the innermost one; else the `#include` that led
  /// to the kernel's own text.
  private func site(of diagnostic: FrontendDiagnostic, spelling symbol: String, _ observation: Observation) -> Site {
    let macros = diagnostic.notes.filter { $0.message.hasPrefix("expanded from macro") }
    // Clang tells expansions from the outermost to the innermost.
    let places = [diagnostic.spelling] + macros.reversed().map(\.spelling) + [diagnostic.expansion]
    let others = diagnostic.notes.filter { !$0.message.hasPrefix("expanded from macro") }
    let inside = places.compactMap { $0 }.compactMap { site($0, observation) }
    if !symbol.isEmpty {
      for site in inside where word(at: site) == symbol { return site }
      for site in inside where source(site.file)?.spells(symbol, line: site.line) == true { return site }
    }
    let previous = others.filter { !$0.message.hasPrefix("in file included from") }
    let included = others.filter { $0.message.hasPrefix("in file included from") }
    let found =
      inside.last ?? previous.compactMap(\.spelling).lazy.compactMap { self.site($0, observation) }.first
      ?? included.reversed().compactMap(\.spelling).lazy.compactMap { self.site($0, observation) }.first
    return found ?? fallback(diagnostic, observation)
  }

  /// A place outside the driver, named in full.
  private func fallback(_ diagnostic: FrontendDiagnostic, _ observation: Observation) -> Site {
    guard let place = diagnostic.expansion ?? diagnostic.spelling else { return Site(file: observation.unit, line: 0) }
    switch roots.file(place.file, directory: observation.directory) {
    case .driver(let path), .kernel(let path), .other(let path):
      return Site(file: path, line: place.line, column: place.column)
    }
  }

  private func isDriver(_ place: FrontendPlace?, _ observation: Observation) -> Bool {
    place.flatMap { site($0, observation) } != nil
  }

  private func site(_ place: FrontendPlace, _ observation: Observation) -> Site? {
    guard case .driver(let path) = roots.file(place.file, directory: observation.directory) else { return nil }
    return Site(file: path, line: place.line, column: place.column)
  }

  /// The file of `site` as clang spells it.
  private func driverPath(_ diagnostic: FrontendDiagnostic, _ site: Site, _ observation: Observation) -> String? {
    let places = [diagnostic.expansion, diagnostic.spelling] + diagnostic.notes.map(\.spelling)
    return places.lazy.compactMap { $0 }.first { self.site($0, observation)?.file == site.file }?.file
  }

  private func word(at site: Site) -> String? {
    guard let source = self.source(site.file), let offset = source.lines.offset(line: site.line, column: site.column)
    else {
      return nil
    }
    return source.word(at: offset)
  }

  private func source(_ file: String) -> Source? {
    if let known = sources[file] { return known }
    let read = text(file).map { Source($0) }
    sources[file] = .some(read)
    return read
  }
}

extension Wording.Naming {
  /// The name must be chosen among several.
  var isVague: Bool {
    switch self {
    case .value, .statement, .grammar: true
    default: false
    }
  }
}

extension FrontendDiagnostic.Severity {
  static func >= (left: Self, right: Self) -> Bool { left.rank >= right.rank }
  private var rank: Int {
    switch self {
    case .ignored: 0
    case .note: 1
    case .warning: 2
    case .error: 3
    case .fatal: 4
    }
  }
}

/// `struct x` of `const struct x *`.
func bareType(_ type: String) -> String {
  let words = type.split { " *&".contains($0) }.filter { !["const", "volatile", "restrict"].contains($0) }
  return words.joined(separator: " ")
}

/// `x` of `struct x *`.
func tag(_ type: String) -> String {
  let bare = bareType(type)
  let words = bare.split(separator: " ")
  return words.count == 2 && ["struct", "union", "enum"].contains(words[0]) ? String(words[1]) : bare
}

private func isFunctionPointer(_ type: String) -> Bool {
  type.contains("(*)(") || (type.hasSuffix(")") && type.contains(" ("))
}

private func oneLine(_ message: String) -> String {
  message.split { $0.isNewline }.joined(separator: " ")
}
