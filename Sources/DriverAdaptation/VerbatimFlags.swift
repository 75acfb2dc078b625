// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel

/// Flags rules that bring kernel code into files which are not under the kernel's licence.
package enum VerbatimFlags {
  /// One flag per rule and licence.
  ///
  /// - Parameters:
  ///   - rules: those in use, each with the driver's files that it changes.
  ///   - declares: whether the kernel's headers declare a name, which nobody can avoid.
  package static func flags(
    _ rules: [(rule: LearnedRule, files: Set<String>)], licences: Licences, declares: (LearnedRule, String) -> Bool
  ) -> [Flag] {
    var flags: [Flag] = []
    for (rule, files) in rules where rule.rule.support > 0 || rule.isDefinition {
      let text = VerbatimText(rule) { declares(rule, $0) }
      guard text.isMoreThanAFew else { continue }
      let foreign = files.sorted().compactMap { path in licences.foreign(path).map { (path: path, licence: $0) } }
      for (licence, own) in Dictionary(grouping: foreign, by: \.licence).sorted(by: { $0.key < $1.key }) {
        flags.append(
          Flag(
            .verbatim,
            "\(own.map(\.path).joined(separator: ", ")), under \(licence), takes over \(text.tokens.count) words and "
              + "signs as they stand in \(origin(rule)): \(rule.rule.summary)"))
      }
    }
    return flags
  }

  /// The in-tree files that the text came from.
  private static func origin(_ rule: LearnedRule) -> String {
    var files: [String] = []
    for example in rule.rule.examples where !files.contains(example.site.file) { files.append(example.site.file) }
    let more = rule.rule.support - min(3, files.count)
    if files.isEmpty { return "the kernel's definition of `\(rule.rule.symbol)`" }
    return files.prefix(3).joined(separator: ", ") + (more > 0 ? " and \(more) more of the kernel" : " of the kernel")
  }
}
