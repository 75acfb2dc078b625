// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import KernelModel

/// How lines of build files changed that name a variable or an object: shown, not generalised.
enum BuildLines {
  /// Examples that are told.
  private static let limit = 10

  static func examples(of name: String, in source: ConversionSource) async throws -> [Rule.Example] {
    try await source.buildConversions(losing: name).prefix(limit).flatMap { examples(of: name, in: $0) }
  }

  /// Not the prose of a Kconfig file.
  private static func isTold(_ line: String, in path: String) -> Bool {
    guard path.split(separator: "/").last?.hasPrefix("Kconfig") ?? false else { return true }
    let word = line.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    return BuildProtocol.kconfigWords.contains(word)
  }

  /// The lines of the old text with the name that the new text does not have, and the new lines at their place.
  private static func examples(of name: String, in conversion: Conversion) -> [Rule.Example] {
    let old = conversion.oldText.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let new = conversion.newText.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let difference = new.difference(from: old)
    let removed = difference.removals.compactMap { change in
      if case .remove(let offset, let line, _) = change, line.contains(name), isTold(line, in: conversion.path) {
        (offset, line)
      } else {
        nil
      }
    }
    let added = difference.insertions.compactMap { change in
      if case .insert(_, let line, _) = change { line } else { nil }
    }
    return removed.prefix(1).map { offset, line in
      Rule.Example(
        site: Site(file: conversion.path, line: conversion.oldStart + offset), before: line,
        after: added.joined(separator: "\n"))
    }
  }
}
