// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// A place of a driver that an API change is going to break.
package struct Forecast: Codable, Hashable, Sendable {
  package enum Certainty: String, Codable, Sendable, Comparable, CaseIterable {
    /// The change may ask nothing of this place: what it names may be something else, or go on as it did.
    case possible
    /// The place uses what changed, as far as the file shows.
    case likely
    /// The compiler refuses it with the changed headers.
    case certain

    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }
  package var site: Site
  package var certainty: Certainty
  /// One sentence.
  package var reason: String
  package var change: APIChange

  package init(site: Site, certainty: Certainty, reason: String, change: APIChange) {
    (self.site, self.certainty, self.reason, self.change) = (site, certainty, reason, change)
  }
}
