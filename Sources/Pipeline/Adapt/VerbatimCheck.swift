// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import ConversionLearning
import DriverAdaptation
import KernelModel

/// Finds kernel code that a finished search takes over into files which are not under the kernel's licence.
struct VerbatimCheck {
  /// Nil where the kernels' sources are not at hand: then no name counts as declared.
  let trees: ConversionStore?

  /// - Throws: `Failure` if the index can't be read.
  func flags(_ mended: Mended) async throws -> [Flag] {
    let files = Dictionary(grouping: mended.result.edits) { $0.rule ?? "" }.mapValues { Set($0.map(\.file)) }
    let used = mended.rules.values.filter { files[$0.rule.id] != nil }.sorted { $0.rule.id < $1.rule.id }
    let words = Set(used.flatMap { rule in VerbatimText(rule) { _ in false }.tokens })
    let declared = try await trees?.declared(in: .new, among: words) ?? []
    return VerbatimFlags.flags(
      used.map { ($0, files[$0.rule.id] ?? []) }, licences: Licences(driver: mended.sources)
    ) { _, name in declared.contains(name) }
  }
}
