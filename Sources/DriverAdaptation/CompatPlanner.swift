// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Chooses how each change is kept, then writes the places down.
struct CompatPlanner {
  let style: CompatStyle
  let files: [String: SourceText]
  let target: KernelFacts
  let kept: [KernelFacts]
  let changes: [LogicalChange]

  private var methods: [CompatMethod] = []
  private var conditions: [CompatCondition?] = []
  private var explanations: [String] = []
  private var flags: [[Flag]] = []
  private var regions: [String: CompatRegions] = [:]
  /// What the compatibility header defines so far, by name.
  private var defines: [String: CompatFallback] = [:]

  init(
    style: CompatStyle, files: [String: SourceText], target: KernelFacts, kept: [KernelFacts], changes: [LogicalChange]
  ) {
    (self.style, self.files, self.target, self.kept, self.changes) = (style, files, target, kept, changes)
    for file in Set(changes.flatMap { $0.edits.map(\.file) }) {
      regions[file] = files[file].map { CompatRegions($0) }
    }
  }

  mutating func plan() -> CompatPlan {
    for change in changes { choose(change) }
    func written(without held: Set<Int>) -> CompatWriter {
      var writer = CompatWriter(
        files: files, changes: changes, methods: methods, conditions: conditions, regions: regions)
      writer.write(without: held)
      return writer
    }
    let writer = written(without: [])
    let late = changes.indices.filter { index in
      if case .fallback = methods[index] {
        CompatFallback(changes[index])?.name == changes[index].rule.symbol
      } else {
        false
      }
    }
    let planned = changes.indices.map { index in
      CompatPlan.Change(
        rule: changes[index].rule.id, method: writer.methods[index], edits: writer.edits[index],
        explanation: explanations[index], flags: flags[index], needsSupport: writer.served.contains(index))
    }
    return CompatPlan(
      changes: planned, support: writer.support,
      early: late.enumerated().map { number, index in
        .init(rule: changes[index].rule.id, support: written(without: Set(late[number...])).support)
      })
  }

  private mutating func choose(_ change: LogicalChange) {
    let need = CompatNeed(change, kept: kept, files: files)
    var flags: [Flag] = []
    defer { self.flags.append(flags) }
    func meaningFlag() {
      guard !need.meaning.isEmpty else { return }
      flags.append(
        Flag(
          .keptKernelMeaning,
          "\(change.rule.symbol) still means something on \(list(need.meaning)), where the driver no longer uses it"))
    }
    guard !need.all.isEmpty, style != .replace else {
      if need.failing.isEmpty { add(.nothing, nil, "") } else { give(up: need.failing, "replaced without a guard") }
      meaningFlag()
      return
    }
    guard let (condition, why) = condition(change, need, &flags) else {
      give(up: need.failing, "no test tells the kernels apart")
      meaningFlag()
      return
    }
    let sites = sites(change)
    let text = condition.directive()
    let fallback = inverted(change, need)
    if sites.map({ $0 > 1 }) ?? true, change.rule.kind == .include || fallback != nil {
      if let fallback { defines[fallback.name] = fallback }
      add(.fallback(condition: text, header: ""), condition, why)
    } else if sites != nil {
      add(.inPlace(condition: text), condition, why)
    } else {
      give(up: need.failing, "the place can't stand under a condition")
      meaningFlag()
    }
  }

  private mutating func add(_ method: CompatMethod, _ condition: CompatCondition?, _ explanation: String) {
    methods.append(method)
    conditions.append(condition)
    explanations.append(explanation)
  }

  private mutating func give(up kernels: [KernelFacts], _ why: String) {
    let names = kernels.map(\.name)
    add(
      kernels.isEmpty ? .nothing : .none(kernels: names), nil,
      kernels.isEmpty ? "" : "It no longer builds on \(list(kernels)): \(why).")
  }

  private func list(_ kernels: [KernelFacts]) -> String {
    let names = kernels.map(\.name)
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }

  /// The lightest condition that the style allows, and the sentence about it.
  private func condition(
    _ change: LogicalChange, _ need: CompatNeed, _ flags: inout [Flag]
  ) -> (CompatCondition, String)? {
    let finder = CompatConditions(
      change: change, target: target, kept: kept, needing: need.all, atFileScope: isAtFileScope(change))
    let lack = "Linux \(list(need.all)) still \(need.all.count > 1 ? "need" : "needs") the old form"
    let isInclude = change.rule.kind == .include
    if style != .version, style != .probe || isInclude, let condition = finder.source {
      return (condition, "\(lack); \"#\(condition.directive())\" tells the kernels apart.")
    }
    if style != .version, CompatKbuild(files: files, sites: change.edits.map(\.file)) != nil,
      let condition = finder.probed, let probe = condition.probe, !isTaken(probe.macro)
    {
      return (condition, "\(lack); \(probe.macro) is defined where the kernel has \(probe.subject).")
    }
    // Where nothing can be asked of the kernel, its version says more than nothing.
    guard style == .version || style == .auto, let (condition, interval) = finder.version else { return nil }
    flags.append(
      Flag(
        .versionGuess,
        "\(change.rule.symbol) changed \(interval); the exact release is not known, so the guard may be wrong between"))
    return (condition, "\(lack); the change came \(interval).")
  }

  /// The driver gives the macro a meaning of its own.
  private func isTaken(_ macro: String) -> Bool {
    let isOurs = files.values.contains { CompatText.contains($0, word: "TEST_\(macro.dropFirst(5))") }
    return !isOurs
      && files.contains { path, text in
        (path.hasSuffix(".c") || path.hasSuffix(".h")) && CompatText.contains(text, word: macro)
      }
  }

  private func isAtFileScope(_ change: LogicalChange) -> Bool {
    change.edits.allSatisfy { edit in regions[edit.file]?.isAtFileScope(edit.range.lowerBound) ?? false }
  }

  /// How many places a condition would have to stand at; nil if it can't.
  private func sites(_ change: LogicalChange) -> Int? {
    var count = 0
    for (file, edits) in Dictionary(grouping: change.edits, by: \.file) {
      guard let text = files[file], let found = regions[file]?.regions(edits),
        // A condition writes the lines twice, and an edit's text is Unicode.
        found.allSatisfy({ String(validating: text[$0], as: UTF8.self) != nil })
      else { return nil }
      count += found.count
    }
    return count
  }

  /// The new form in terms of the old one, where that does not hide something that the kernel itself declares.
  private func inverted(_ change: LogicalChange, _ need: CompatNeed) -> CompatFallback? {
    guard need.meaning.isEmpty, let fallback = CompatFallback(change) else { return nil }
    let isFree = need.failing.allSatisfy { kernel in
      let known = kernel.usable(fallback.name, in: nil)
      // Under its own name a function can be called with other arguments, a macro can't.
      return known.isEmpty || fallback.name == change.rule.symbol && known.allSatisfy { $0.kind == .function }
    }
    // Two rules may lead to one name; they share a definition or the second stays where it is.
    return isFree && defines[fallback.name].map { $0 == fallback } ?? true ? fallback : nil
  }
}
