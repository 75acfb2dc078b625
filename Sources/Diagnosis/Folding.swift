// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// A complaint with its break, kept together for folding.
struct Resolved {
  var complaint: Complaint
  var result: Break
  /// For a missing header: what came in through it on the old kernel, relative to the kernel tree.
  var brought: Set<String> = []
}

/// Makes one list of breaks: one per place, by place, cascades pointing to their causes.
func folded(_ all: [Resolved]) -> [Break] {
  var groups: [Group] = []
  var indices: [KnownBreaks.Identity: Int] = [:]
  for resolved in all {
    let result = resolved.result
    let key = KnownBreaks.Identity(result)
    if let index = indices[key] {
      groups[index].units.insert(resolved.complaint.unit)
      groups[index].result.before = groups[index].result.before ?? result.before
      groups[index].result.after = groups[index].result.after ?? result.after
    } else {
      indices[key] = groups.count
      groups.append(
        Group(
          complaint: resolved.complaint, result: result, brought: resolved.brought,
          units: [resolved.complaint.unit]))
    }
  }
  let order = groups.indices.sorted { (groups[$0].result.site, $0) < (groups[$1].result.site, $1) }
  groups = order.map { groups[$0] }
  let causes = Causes(groups)
  for index in groups.indices { groups[index].result.cause = causes.cause(of: index) }
  var breaks = groups.map(\.result)
  for index in breaks.indices { openRing(at: index, &breaks) }
  return breaks
}

/// Breaks that point at each other are one: of them the first that the old kernel declares is the cause, else the first.
private func openRing(at start: Int, _ breaks: inout [Break]) {
  var ring = [start]
  while let next = breaks[ring[ring.count - 1]].cause, next != start {
    guard ring.count <= breaks.count else { return }
    ring.append(next)
  }
  guard breaks[ring[ring.count - 1]].cause == start else { return }
  ring.sort()
  breaks[ring.first { breaks[$0].before != nil } ?? ring[0]].cause = nil
}

/// A break, and the objects that show it.
private struct Group {
  var complaint: Complaint
  var result: Break
  var brought: Set<String>
  var units: Set<String>
}

/// Which break is behind which.
private struct Causes {
  private let groups: [Group]
  /// Breaks by file, for looking around a place.
  private let byFile: [String: [Int]]
  private let headers: [Int]
  /// What leaves a name without a declaration, so that its uses come out wrong.
  private static let gone: Set<Break.Kind> = [.functionGone, .nameGone, .typeGone, .includeNotReached]
  /// What a use of such a name comes out as.
  private static let consequences: Set<Break.Kind> = [
    .typeChanged, .returnType, .arguments, .other, .fieldGone, .callbackPrototype, .nameClash,
  ]

  init(_ groups: [Group]) {
    self.groups = groups
    byFile = Dictionary(grouping: groups.indices) { groups[$0].result.site.file }
    headers = groups.indices.filter { groups[$0].result.kind == .headerGone || groups[$0].result.kind == .buildRule }
  }

  func cause(of index: Int) -> Int? {
    let group = groups[index]
    let kind = group.result.kind
    if kind == .headerGone || kind == .buildRule { return nil }
    if group.complaint.followsInitialiser { return initialiser(before: index) }
    if group.complaint.isGrammar { return neighbour(of: index) }
    // The message's own kind tells a consequence even where the declarations then told what is gone.
    if Self.consequences.contains(group.complaint.kind) { return undeclared(in: group, index) }
    guard Self.gone.contains(kind) || kind == .macroArity else { return nil }
    return macro(of: index) ?? spoiledDeclaration(of: index) ?? header(of: group)
  }

  /// The error nearest before, which kept an array from getting its size.
  private func initialiser(before index: Int) -> Int? {
    byFile[groups[index].result.site.file]?.last { $0 < index && !groups[$0].complaint.followsInitialiser }
  }

  /// A name of the driver's own whose declaration went wrong further up.
  private func spoiledDeclaration(of index: Int) -> Int? {
    let result = groups[index].result
    guard result.before == nil, result.after == nil else { return nil }
    return byFile[result.site.file]?.first {
      $0 < index && groups[$0].result.symbol != result.symbol && groups[$0].complaint.words.contains(result.symbol)
        && groups[$0].complaint.spoilsDeclaration
    }
  }

  /// A macro called with the wrong number of arguments is not expanded, and its name comes out undeclared.
  private func macro(of index: Int) -> Int? {
    let group = groups[index]
    return byFile[group.result.site.file]?.first {
      $0 != index && groups[$0].complaint.kind == .macroArity && group.complaint.kind != .macroArity
        && groups[$0].result.symbol == group.result.symbol && groups[$0].result.site.line == group.result.site.line
    }
  }

  /// The missing header through which the declaration came in; a header of the driver's own hides what is not the
  /// kernel's.
  private func header(of group: Group) -> Int? {
    let shared = headers.filter { !groups[$0].units.isDisjoint(with: group.units) }
    guard let file = group.result.before?.site.file else {
      return shared.first { groups[$0].result.kind == .buildRule }
    }
    return shared.first { groups[$0].brought.contains(file) }
  }

  /// The name without a declaration that the statement uses or the types mention.
  private func undeclared(in group: Group, _ index: Int) -> Int? {
    // What changed between the kernels is a break of its own.
    let (before, after) = (group.result.before, group.result.after)
    if group.result.kind == .fieldGone, before != nil { return nil }
    if group.result.kind != .includeNotReached, let before, let after, before.text != after.text { return nil }
    // Two declarations of one function may stand in different files.
    let around =
      group.result.kind == .nameClash
      ? groups.indices.filter { !groups[$0].units.isDisjoint(with: group.units) } : byFile[group.result.site.file] ?? []
    let isSettled = group.result.kind == .includeNotReached
    let near = around.filter { other in
      let symbol = groups[other].result.symbol
      // Consequences point to what is none, or to the first one of their kind.
      return other != index && Self.gone.contains(groups[other].result.kind)
        && (Self.gone.contains(groups[other].complaint.kind) || other < index && symbol == group.result.symbol)
        && (symbol == group.result.symbol
          || !isSettled && group.complaint.words.contains(symbol)
          || !isSettled && group.complaint.quoted.contains { tag($0) == symbol })
    }
    let origins = near.filter { Self.gone.contains(groups[$0].complaint.kind) }
    func rank(_ other: Int) -> (Int, Int) {
      (groups[other].result.symbol == group.result.symbol ? 0 : 1, distance(other, group))
    }
    return origins.min { rank($0) < rank($1) } ?? near.first
  }

  /// What else is wrong on a line that clang could not make sense of.
  private func neighbour(of index: Int) -> Int? {
    let group = groups[index]
    let near = (byFile[group.result.site.file] ?? []).filter { other in
      other != index && !groups[other].complaint.isGrammar
        && (groups[other].result.site.line == group.result.site.line
          || group.complaint.words.contains(groups[other].result.symbol) && distance(other, group) < 8)
    }
    if let best = near.min(by: { distance($0, group) < distance($1, group) }) { return best }
    // The first grammatical error of a line stands for the others.
    return (byFile[group.result.site.file] ?? []).first {
      $0 < index && groups[$0].complaint.isGrammar && groups[$0].result.site.line == group.result.site.line
    }
  }

  private func distance(_ index: Int, _ group: Group) -> Int {
    abs(groups[index].result.site.line - group.result.site.line)
  }
}
