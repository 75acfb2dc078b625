// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import ConversionLearning
import DriverAdaptation
import KernelModel

/// Marks the rules of a finished search that were learned from near-copies of the driver.
struct TwinMarks {
  /// Nil where the kernels' sources are not at hand: then nothing is marked.
  let trees: ConversionStore?

  /// The rules in use with their twins; only the files that they name as examples are read.
  func mark(_ mended: Mended) -> Mended {
    let used = Set(mended.result.edits.compactMap(\.rule))
    let rules = mended.rules.values.map(\.rule).filter { used.contains($0.id) }
    let paths = Set(rules.flatMap { $0.examples.map(\.site.file) })
    guard let trees, !paths.isEmpty else { return mended }
    let twins = Twins(driver: mended.sources)
    var found: [String: Twin] = [:]
    for path in paths {
      found[path] = twins.twin(of: path, versions: [trees.old, trees.new].compactMap { $0.bytes(path) })
    }
    guard !found.isEmpty else { return mended }
    func marked(_ rule: Rule) -> Rule {
      guard used.contains(rule.id) else { return rule }
      var rule = rule
      let own = Set(rule.examples.map(\.site.file)).sorted().compactMap { found[$0] }
      rule.twins = own.isEmpty ? nil : own
      return rule
    }
    var mended = mended
    mended.rules = mended.rules.mapValues { learned in
      var learned = learned
      learned.rule = marked(learned.rule)
      return learned
    }
    for index in mended.result.changes.indices {
      mended.result.changes[index].rules = mended.result.changes[index].rules.map(marked)
    }
    return mended
  }
}
