// SPDX-License-Identifier: GPL-2.0-or-later

/// The files that show something, in five parts of which each is held out from learning in its turn.
struct Folds {
  static let count = 5
  private let number: [String: Int]

  init(_ files: some Sequence<String>) {
    number = Dictionary(uniqueKeysWithValues: Set(files).sorted().enumerated().map { ($1, $0 % Self.count) })
  }

  /// The part of a file, from 0; nil for one that shows nothing.
  subscript(file: String) -> Int? { number[file] }

  /// The files of one part.
  func files(_ held: Int) -> Set<String> { Set(number.filter { $0.value == held }.keys) }
}
