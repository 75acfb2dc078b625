// SPDX-License-Identifier: GPL-2.0-or-later

/// How much in-tree files have in common with a driver: the headers that both include, the rare ones above all. Of equals
/// those that are called as one of the driver's files: a fork often keeps its name.
package struct Nearness: Sendable {
  private let scores: [String: Double]
  private let names: Set<Substring>

  /// Nothing is known: all files are equally near.
  package init() { (scores, names) = ([:], []) }

  /// - Parameters:
  ///   - driver: what the driver includes, paths as they stand between the brackets.
  ///   - paths: the driver's files.
  ///   - files: what each in-tree file includes, by path.
  package init(driver: Set<String>, paths: some Sequence<String> = [], files: [String: Set<String>]) {
    names = Set(paths.map(Self.name))
    var users: [String: Int] = [:]
    for header in files.values.joined() { users[header, default: 0] += 1 }
    // How often the files must be halved until only those that include the header are left.
    func rarity(_ header: String) -> Int {
      Int.bitWidth - (files.count / max(1, users[header] ?? 1)).leadingZeroBitCount - 1
    }
    func weight(_ headers: Set<String>) -> Double { Double(headers.reduce(0) { $0 + rarity($1) }) }
    scores = files.mapValues { headers in
      // Those that include everything have something in common with everybody.
      weight(headers.intersection(driver)) / max(1, weight(headers)).squareRoot()
    }
  }

  /// The nearest first; of equals in the order of their paths.
  package func sorted(_ paths: some Sequence<String>) -> [String] {
    paths.sorted { left, right in
      let (one, other) = (scores[left] ?? 0, scores[right] ?? 0)
      if one != other { return one > other }
      let (isNamesake, isOther) = (names.contains(Self.name(left)), names.contains(Self.name(right)))
      return isNamesake == isOther ? left < right : isNamesake
    }
  }

  private static func name(_ path: String) -> Substring { path.split(separator: "/").last ?? path[...] }
}
