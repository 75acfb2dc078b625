// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Turns the chosen methods into edits that do not overlap, and into the files that they need.
struct CompatWriter {
  let files: [String: SourceText]
  let changes: [LogicalChange]
  private(set) var methods: [CompatMethod]
  private let conditions: [CompatCondition?]
  private let regions: [String: CompatRegions]
  private(set) var edits: [[Edit]]
  private(set) var support = CompatPlan.Support()
  /// Indices of the changes that `support` is there for.
  private(set) var served: Set<Int> = []

  init(
    files: [String: SourceText], changes: [LogicalChange], methods: [CompatMethod], conditions: [CompatCondition?],
    regions: [String: CompatRegions]
  ) {
    self.files = files
    self.changes = changes
    self.methods = methods
    self.conditions = conditions
    self.regions = regions
    edits = changes.map(\.edits)
  }

  /// - Parameter held: changes whose fallbacks are left out.
  mutating func write(without held: Set<Int>) {
    writeFallbacks(without: held)
    for file in Set(changes.flatMap { $0.edits.map(\.file) }).sorted() { writePlaces(file) }
    writeProbes()
  }

  private static let version = "#include <\(BuildProtocol.versionHeader)>"

  /// Adds an `#include` line to a file, behind the last one that stands under no condition and where no edit is, not
  /// behind `limit`.
  private mutating func include(_ line: String, in file: String, limit: Int = .max) {
    guard let text = files[file] else { return }
    let taken = (edits.flatMap { $0 } + support.edits).filter { $0.file == file }.map(\.range)
    let place =
      CompatText.includePlaces(text).last { place in
        place <= limit && !taken.contains { $0.lowerBound < place && place < $0.upperBound || $0 == place..<place }
      } ?? 0
    let end = CompatText.lineEnd(text)
    let glue = place > 0 && text[place - 1] != 0x0A ? end : ""
    support.edits.append(Edit(file: file, range: place..<place, replacement: glue + line + end))
  }

  // MARK: Conditions in place

  /// A stretch of a file that stands under one condition.
  private struct Place {
    var range: Range<Int>
    /// Index of the last change in it.
    var owner: Int
    var condition: CompatCondition
    var members: Set<Int>
  }

  private mutating func writePlaces(_ file: String) {
    guard let text = files[file], let regions = regions[file] else { return }
    var places: [Place] = []
    for index in changes.indices {
      guard case .inPlace = methods[index], let condition = conditions[index] else { continue }
      for range in regions.regions(edits[index].filter { $0.file == file }) ?? [] {
        places.append(Place(range: range, owner: index, condition: condition, members: [index]))
      }
    }
    let merged = merged(places, text, file)
    if merged.contains(where: { $0.condition.asksVersion }),
      !CompatText.includes(text).contains(where: { $0.path == BuildProtocol.versionHeader })
    {
      include(Self.version, in: file, limit: merged[0].range.lowerBound)
      for place in merged where place.condition.asksVersion { served.formUnion(place.members) }
    }
    for place in merged {
      var inside: [(change: Int, edit: Edit)] = []
      for index in changes.indices {
        inside += edits[index].filter { $0.file == file && Self.overlaps($0.range, place.range) }.map { (index, $0) }
      }
      let always = inside.filter { !place.members.contains($0.change) }.map(\.edit)
      let new = applied(inside.map(\.edit), to: text, in: place.range)
      let old = applied(always, to: text, in: place.range)
      for index in changes.indices {
        edits[index].removeAll { $0.file == file && Self.overlaps($0.range, place.range) }
      }
      let owner = max(place.owner, inside.map(\.change).max() ?? place.owner)
      edits[owner].append(
        Edit(
          file: file, range: place.range,
          replacement: conditional(place.condition, new: new, old: old, end: CompatText.lineEnd(text)),
          rule: changes[owner].rule.id))
    }
  }

  /// Places that share lines become one, and those of one change that are near each other.
  private func merged(_ places: [Place], _ text: SourceText, _ file: String) -> [Place] {
    var result: [Place] = []
    for place in places.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard let last = result.last,
        place.range.lowerBound < last.range.upperBound
          || last.members == place.members && !place.range.isEmpty && !last.range.isEmpty
            && last.range.count + place.range.count < Self.maximalPlace
            && isNarrow(last.range.upperBound..<place.range.lowerBound, text, file)
      else {
        result.append(place)
        continue
      }
      result[result.count - 1] = Place(
        range: last.range.lowerBound..<max(last.range.upperBound, place.range.upperBound),
        owner: max(last.owner, place.owner),
        condition: last.condition.and(place.condition),
        members: last.members.union(place.members))
    }
    return result
  }

  /// Bytes of a stretch that is better written twice than read with two conditions.
  private static let maximalPlace = 1000

  /// Few lines, which are better written twice than another condition read: no block begins or ends there, nor does any
  /// condition, and nothing else is changed.
  private func isNarrow(_ gap: Range<Int>, _ text: SourceText, _ file: String) -> Bool {
    let lines = text[gap].split(separator: 0x0A).filter { !$0.allSatisfy { $0 <= 0x20 } }
    return lines.count <= 2 && !text[gap].contains { [0x7B, 0x7D, 0x23].contains($0) }
      && String(validating: text[gap], as: UTF8.self) != nil
      && !edits.joined().contains { $0.file == file && Self.overlaps($0.range, gap) }
  }

  private static func overlaps(_ edit: Range<Int>, _ place: Range<Int>) -> Bool {
    edit.isEmpty
      ? place.lowerBound <= edit.lowerBound && edit.lowerBound <= max(place.lowerBound, place.upperBound - 1)
      : edit.overlaps(place)
  }

  /// The text of the range with these edits; those that overlap others are left out.
  private func applied(_ edits: [Edit], to text: SourceText, in range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    var done = range.lowerBound
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) where edit.range.lowerBound >= done {
      result += text[done..<edit.range.lowerBound]
      result += Array(edit.replacement.utf8)
      done = edit.range.upperBound
    }
    if done < range.upperBound { result += text[done..<range.upperBound] }
    return result
  }

  private func conditional(_ condition: CompatCondition, new: [UInt8], old: [UInt8], end: String) -> String {
    func block(_ bytes: [UInt8]) -> String {
      let text = String(decoding: bytes, as: UTF8.self)
      return bytes.isEmpty || bytes.last == 0x0A ? text : text + end
    }
    let (new, old) = (block(new), block(old))
    if new.utf8.allSatisfy({ $0 <= 0x20 }) {
      // An empty line before what goes stays where it is.
      let first = old.utf8.firstIndex { $0 > 0x20 } ?? old.startIndex
      let head = old[..<first].utf8.lastIndex(of: 0x0A).map { old.utf8.index(after: $0) } ?? old.startIndex
      return "\(old[..<head])#\(condition.directive(old: true))\(end)\(old[head...])#endif\(end)"
    }
    if old.utf8.allSatisfy({ $0 <= 0x20 }) { return "#\(condition.directive())\(end)\(new)#endif\(end)" }
    return "#\(condition.directive())\(end)\(new)#else\(end)\(old)#endif\(end)"
  }

  // MARK: Fallbacks in the compatibility header

  private mutating func writeFallbacks(without held: Set<Int>) {
    let indices = changes.indices.filter { if case .fallback = methods[$0] { true } else { false } }
    guard !indices.isEmpty else { return }
    served.formUnion(indices)
    let sites = Set(indices.flatMap { changes[$0].edits.map(\.file) }).sorted()
    let header = CompatHeader(files: files, sites: sites)
    var lines: [String] = []
    var including: Set<String> = []
    for index in indices {
      guard let condition = conditions[index] else { continue }
      methods[index] = .fallback(condition: condition.directive(), header: header.path)
      if changes[index].rule.kind == .include {
        lines += includeLines(changes[index], condition)
        support.sentences.append(sentence(changes[index], header.path))
        for file in Set(changes[index].edits.map(\.file)).sorted() {
          replaceIncludes(index, in: file, header, &including)
        }
      } else if let fallback = CompatFallback(changes[index]) {
        let block = ["#\(condition.directive(old: true))", "#\(fallback.define)", "#endif"]
        guard !held.contains(index), !lines.contains(block[1]) else { continue }
        lines += block
        support.sentences.append(
          "\(header.path) defines \(fallback.name)"
            + (fallback.name == changes[index].rule.symbol
              ? " in terms of what the older kernels have." : " for kernels without it."))
      }
    }
    guard !lines.isEmpty else { return }
    for file in sites where !header.isIncluded(by: file) && !including.contains(file) {
      include(header.directive(in: file), in: file)
    }
    if indices.contains(where: { conditions[$0]?.asksVersion == true }) { lines.insert(CompatWriter.version, at: 0) }
    let (edit, file) = header.adding(lines)
    if let edit { support.edits.append(edit) }
    if let file { support.newFiles[header.path] = file }
  }

  private func sentence(_ change: LogicalChange, _ path: String) -> String {
    let (old, new) = (change.oldHeader.map { "<\($0)>" }, change.newHeader.map { "<\($0)>" })
    switch (old, new) {
    case (let old?, let new?): return "\(path) includes \(new) where the kernel has it, else \(old)."
    case (let one?, nil), (nil, let one?): return "\(path) includes \(one) where the kernel has it."
    case (nil, nil): return ""
    }
  }

  private func includeLines(_ change: LogicalChange, _ condition: CompatCondition) -> [String] {
    let new = change.newHeader.map { ["#include <\($0)>"] } ?? []
    let old = change.oldHeader.map { ["#include <\($0)>"] } ?? []
    if new.isEmpty { return ["#\(condition.directive(old: true))"] + old + ["#endif"] }
    if old.isEmpty { return ["#\(condition.directive())"] + new + ["#endif"] }
    return ["#\(condition.directive())"] + new + ["#else"] + old + ["#endif"]
  }

  /// The first changed `#include` of a file becomes that of the compatibility header; the others go.
  private mutating func replaceIncludes(
    _ index: Int, in file: String, _ header: CompatHeader, _ including: inout Set<String>
  ) {
    guard let text = files[file], let regions = regions[file] else { return }
    let end = CompatText.lineEnd(text)
    let places = regions.regions(edits[index].filter { $0.file == file }) ?? []
    edits[index].removeAll { $0.file == file }
    for place in places {
      let isFirst = !header.isIncluded(by: file) && including.insert(file).inserted
      edits[index].append(
        Edit(
          file: file, range: place, replacement: isFirst ? header.directive(in: file) + end : "",
          rule: changes[index].rule.id))
    }
  }

  // MARK: Probes in Kbuild

  private mutating func writeProbes() {
    var sites: [String] = []
    var probes: [CompatProbe] = []
    var users: Set<Int> = []
    for index in changes.indices {
      switch methods[index] {
      case .inPlace, .fallback: break
      case .nothing, .none: continue
      }
      guard let probe = conditions[index]?.probe else { continue }
      if !probes.contains(probe) { probes.append(probe) }
      users.insert(index)
      sites += changes[index].edits.map(\.file)
    }
    guard !probes.isEmpty, let kbuild = CompatKbuild(files: files, sites: sites) else { return }
    served.formUnion(users)
    let names = probes.map { "\($0.macro) where the kernel has \($0.subject)" }.joined(separator: "; ")
    support.sentences.append(
      "\(kbuild.makefiles.joined(separator: ", ")) compiles each part of \(kbuild.path) and defines \(names).")
    let (edits, file) = kbuild.adding(probes)
    support.edits += edits
    if let file { support.newFiles[kbuild.path] = file }
  }
}
