// SPDX-License-Identifier: GPL-2.0-or-later

/// A moment with the offset of the clock that told it (RFC 5322, section 3.3).
package struct MailDate: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Seconds since 1970-01-01 00:00 UTC.
  package var seconds: Int
  /// Minutes that local time is ahead of UTC.
  package var offset: Int

  package init(seconds: Int, offset: Int = 0) {
    self.seconds = seconds
    self.offset = offset
  }

  /// `Sat, 21 Nov 2026 00:10:26 +0000`.
  package var description: String {
    let date = civil
    let zone = abs(offset)
    return "\(Self.days[date.weekday]), \(date.day) \(Self.months[date.month - 1]) \(date.year) \(clock) "
      + "\(offset < 0 ? "-" : "+")\(Self.two(zone / 60))\(Self.two(zone % 60))"
  }

  /// Eight digits, `20261121`.
  package var digits: String {
    let date = civil
    return "\(date.year)\(Self.two(date.month))\(Self.two(date.day))"
  }

  /// `2026-11-21`.
  package var day: String {
    let date = civil
    return "\(date.year)-\(Self.two(date.month))-\(Self.two(date.day))"
  }

  /// Reads a `Date:` value, with or without the day's name; nil for anything else.
  package init?(_ text: String) {
    var words = text.split { $0 == " " || $0 == "," }.map(String.init)
    if words.count > 5, Self.days.contains(words[0]) { words.removeFirst() }
    guard words.count >= 5, let day = Int(words[0]), let month = Self.months.firstIndex(of: words[1]),
      let year = Int(words[2]), (1...31).contains(day), (1970...9999).contains(year)
    else { return nil }
    let clock = words[3].split(separator: ":").compactMap { Int($0) }
    guard clock.count >= 2, clock.allSatisfy({ (0...60).contains($0) }) else { return nil }
    guard let zone = Int(words[4]), (-1400...1400).contains(zone) else { return nil }
    offset = zone / 100 * 60 + zone % 100
    let days = Self.daysSinceEpoch(year: year, month: month + 1, day: day)
    let seconds = clock[0] * 3600 + clock[1] * 60 + (clock.count > 2 ? clock[2] : 0)
    self.seconds = days * 86400 + seconds - offset * 60
  }

  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private var clock: String {
    let second = floorMod(seconds + offset * 60, 86400)
    return "\(Self.two(second / 3600)):\(Self.two(second / 60 % 60)):\(Self.two(second % 60))"
  }

  /// Howard Hinnant's `civil_from_days`.
  private var civil: (year: Int, month: Int, day: Int, weekday: Int) {
    let local = seconds + offset * 60
    let days = (local - floorMod(local, 86400)) / 86400
    let shifted = days + 719_468
    let era = (shifted - floorMod(shifted, 146_097)) / 146_097
    let dayOfEra = floorMod(shifted, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let part = (5 * dayOfYear + 2) / 153
    let month = part < 10 ? part + 3 : part - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * part + 2) / 5 + 1, floorMod(days + 4, 7))
  }

  private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

private func floorMod(_ value: Int, _ modulus: Int) -> Int {
  let rest = value % modulus
  return rest < 0 ? rest + modulus : rest
}
