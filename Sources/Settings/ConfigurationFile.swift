// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import TOMLKit

extension Configuration {
  /// Larger than any that people write.
  private static let limit = 1 << 20

  /// Reads a configuration file.
  ///
  /// - Throws: `Failure`: `unavailable` if it can't be read, `badInput`, naming line or key, for what it may not say.
  package init(file path: String) throws {
    guard let bytes = FileManager.default.contents(atPath: path), bytes.count <= Self.limit else {
      throw Failure(
        .unavailable, path, "can't be read", remedy: "name the configuration with --config, or set KMEND_CONFIG")
    }
    do {
      var decoder = TOMLDecoder()
      decoder.strictDecoding = true
      self = try decoder.decode(Configuration.self, from: String(decoding: bytes, as: UTF8.self))
    } catch let error as TOMLParseError {
      throw Failure(.badInput, "\(path):\(error.source.begin.line)", "is no TOML: \(error.description)")
    } catch let error as UnexpectedKeysError {
      let keys = error.keys.values.map { $0.map(\.stringValue).joined(separator: ".") }.sorted().joined(separator: ", ")
      throw Failure(.badInput, path, "has unknown keys: \(keys)", remedy: "see Documentation/configuration.md")
    } catch let error as DecodingError {
      throw Failure(.badInput, path, Self.words(error), remedy: "see Documentation/configuration.md")
    }
    try check(path)
  }

  private static func words(_ error: DecodingError) -> String {
    func key(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
    switch error {
    // TOMLKit tells both in this way.
    case .keyNotFound(_, let context): return "\(key(context.codingPath)) is missing, or of another type"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "\(key(context.codingPath)) is of another type"
    case .dataCorrupted(let context): return "\(key(context.codingPath)): \(context.debugDescription)"
    @unknown default: return "can't be understood"
    }
  }

  private static func isPlace(_ text: String) -> Bool {
    text.hasPrefix("/") || (try? RemotePlace(text)) != nil
  }

  private static let noPlace =
    "is neither an absolute path nor an https:// URL without credentials (http:// only from this machine)"

  private func check(_ path: String) throws {
    func refuse(_ key: String, _ problem: String) -> Failure { Failure(.badInput, path, "\(key) \(problem)") }
    guard state.hasPrefix("/"), state.count > 1 else { throw refuse("state", "is no absolute path") }
    guard (1...64).contains(limits.jobs) else { throw refuse("limits.jobs", "is not between 1 and 64") }
    guard limits.queue > 0, limits.days > 0 else { throw refuse("limits", "must be positive") }
    if let hook {
      guard hook.socket.hasPrefix("/"), hook.spool.hasPrefix("/") else {
        throw refuse("hook", "names a path that is not absolute")
      }
      guard hook.socket.utf8.count < 100 else { throw refuse("hook.socket", "is longer than a socket's path may be") }
      guard let mode = UInt32(hook.mode, radix: 8), mode <= 0o777 else {
        throw refuse("hook.mode", "'\(hook.mode)' is no mode, such as \"0660\"")
      }
    }
    var names: Set<String> = []
    for name in tree.map(\.name) + list.map(\.name) {
      guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }),
        !name.hasPrefix("."), names.insert(name).inserted
      else { throw refuse("name", "'\(name)' is taken, or not of letters, digits, '-', '_' and '.'") }
    }
    for list in list {
      guard Self.isPlace(list.inbox) else { throw refuse("list.inbox", "'\(list.inbox)' \(Self.noPlace)") }
      guard list.seconds > 0 else { throw refuse("list.seconds", "of \(list.name) must be positive") }
    }
    for tree in tree {
      guard Self.isPlace(tree.repository) else {
        throw refuse("tree.repository", "'\(tree.repository)' \(Self.noPlace)")
      }
      guard !tree.refs.isEmpty, tree.refs.allSatisfy({ $0.hasPrefix("refs/") }) else {
        throw refuse("tree.refs", "of \(tree.name) must begin with refs/")
      }
      guard tree.seconds > 0 else { throw refuse("tree.seconds", "of \(tree.name) must be positive") }
    }
  }
}
