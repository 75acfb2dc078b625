// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import Foundation
import KernelModel

/// What `kmend rules --json` prints (schema `kmend-rules-1`, described in README.md).
package struct RulesReport: Codable, Sendable {
  package static let schema = "kmend-rules-1"
  package var schema = Self.schema
  package var symbol: String
  /// The same as the rules were sought for: name, what became of it, and for fields the structure.
  package var sought: SoughtSymbol
  package var source: RulesSource
  /// First declaration in each tree; nil where there is none, or no tree.
  package var before: String?
  package var after: String?
  /// In-tree files whose use of the symbol was converted.
  package var converted: Int
  /// The best first.
  package var rules: [ListedRule]
  /// Lines of Makefiles and the like that lost the symbol, with what took their place.
  package var buildLines: [Rule.Example]

  init(
    symbol: String, sought: SoughtSymbol, source: RulesSource, before: String?, after: String?, converted: Int,
    rules: [ListedRule], buildLines: [Rule.Example]
  ) {
    (self.symbol, self.sought, self.source) = (symbol, sought, source)
    (self.before, self.after) = (before, after)
    (self.converted, self.rules, self.buildLines) = (converted, rules, buildLines)
  }

  /// Reads a report again.
  ///
  /// - Throws: `Failure` (`badInput`) for anything else.
  init(json: [UInt8], name: String) throws {
    do {
      self = try JSONDecoder().decode(RulesReport.self, from: Data(json))
    } catch {
      throw Failure(
        .badInput, name, "is no list of rules", remedy: "write one with kmend rules --json", detail: "\(error)")
    }
    guard schema == Self.schema else {
      throw Failure(
        .badInput, name, "is of schema \(schema.prefix(40))", remedy: "write it again with kmend rules --json")
    }
  }
}
