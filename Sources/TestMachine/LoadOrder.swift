// SPDX-License-Identifier: GPL-2.0-or-later

/// The order in which modules can be loaded: each after what it needs, otherwise as given.
package enum LoadOrder {
  /// The kernel takes `-` and `_` for the same in a module's name.
  package static func folded(_ name: String) -> String { name.replacing("-", with: "_") }

  /// In a loadable order, with some of them and what they need before all others.
  package static func sorted(_ names: [String], needs: [String: [String]], ahead: Set<String>) -> [String] {
    var early: Set<String> = []
    var queue = Array(ahead)
    while let next = queue.popLast() {
      if early.insert(next).inserted { queue += needs[next] ?? [] }
    }
    let order = sorted(names, needs: needs)
    return order.filter(early.contains) + order.filter { !early.contains($0) }
  }

  /// Names and what each needs, in a loadable order; needs that aren't among the names are ignored, and a cycle is cut
  /// where it is met.
  package static func sorted(_ names: [String], needs: [String: [String]]) -> [String] {
    let known = Set(names)
    var order: [String] = []
    var seen: Set<String> = []
    for first in names {
      // An own stack, since a stranger's modules may form a chain of any length.
      var stack: [(name: String, isReady: Bool)] = [(first, false)]
      while let (name, isReady) = stack.popLast() {
        if isReady {
          order.append(name)
        } else if seen.insert(name).inserted {
          stack.append((name, true))
          for need in (needs[name] ?? []).reversed() where known.contains(need) && !seen.contains(need) {
            stack.append((need, false))
          }
        }
      }
    }
    return order
  }
}
