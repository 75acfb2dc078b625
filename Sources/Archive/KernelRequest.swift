// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Which kernel the user wants, as written on a command line.
package enum KernelRequest: Hashable, Sendable, CustomStringConvertible {
  /// `debian:6.12`, `debian:6.12/cloud-amd64`, `debian:6.12=6.12.117-1~deb12u1` or just `6.12`: a version or a release
  /// (`uname -r` with or without its flavour), optionally the flavour and the exact version of the source package.
  case debian(version: String, flavour: String?, exact: String?)
  /// `local:/path` or just an absolute path: a folder that Kbuild was prepared in, used where it is.
  case local(path: String)
  /// `git:REPOSITORY#REF?config=CONFIG`: a tree to prepare; the repository is an absolute path or a URL, the config an
  /// absolute path or the name of a make target such as `defconfig`, which is the default.
  case git(repository: String, reference: String, config: String)

  /// Reads a request.
  ///
  /// - Throws: `Failure` (`usage`) if it is none.
  package static func parse(_ text: String) throws -> KernelRequest {
    if text.hasPrefix("/") { return try local(text[...], of: text) }
    guard let colon = text.firstIndex(of: ":"), text[..<colon].allSatisfy(\.isLetter) else {
      return try debian(text[...], of: text)
    }
    let rest = text[text.index(after: colon)...]
    switch text[..<colon] {
    case "debian": return try debian(rest, of: text)
    case "local": return try local(rest, of: text)
    case "git": return try git(rest, of: text)
    default: throw failure(text, "no such kind of kernel")
    }
  }

  /// The request as text that `parse` reads.
  package var description: String {
    switch self {
    case .debian(let version, let flavour, let exact):
      "debian:\(version)" + (flavour.map { "/\($0)" } ?? "") + (exact.map { "=\($0)" } ?? "")
    case .local(let path): "local:\(path)"
    case .git(let repository, let reference, let config): "git:\(repository)#\(reference)?config=\(config)"
    }
  }

  private static func debian(_ rest: Substring, of text: String) throws -> KernelRequest {
    let halves = rest.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let names = halves[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = names + halves.dropFirst()
    guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isPlain) }), names[0].first?.isNumber == true else {
      throw failure(text, "not a kernel version")
    }
    return .debian(
      version: String(names[0]), flavour: names.count > 1 ? String(names[1]) : nil,
      exact: halves.count > 1 ? String(halves[1]) : nil)
  }

  private static func local(_ rest: Substring, of text: String) throws -> KernelRequest {
    guard rest.hasPrefix("/"), !rest.contains(where: \.isNewline) else { throw failure(text, "not an absolute path") }
    var path = rest
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    return .local(path: String(path))
  }

  private static func git(_ rest: Substring, of text: String) throws -> KernelRequest {
    guard let hash = rest.lastIndex(of: "#") else { throw failure(text, "no #REF after the repository") }
    let repository = rest[..<hash]
    let tail = rest[rest.index(after: hash)...].split(
      separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let isURL = ["https://", "http://", "git://", "ssh://", "file:///"].contains { repository.hasPrefix($0) }
    guard isURL || repository.hasPrefix("/") else {
      throw failure(text, "the repository is neither an absolute path nor a URL")
    }
    guard !tail[0].isEmpty, tail[0].first != "-", tail[0].allSatisfy({ !$0.isWhitespace }) else {
      throw failure(text, "no #REF after the repository")
    }
    guard tail.count > 1 else {
      return .git(repository: String(repository), reference: String(tail[0]), config: "defconfig")
    }
    let config = tail[1].hasPrefix("config=") ? tail[1].dropFirst(7) : ""
    let isTarget = config.hasSuffix("config") && config.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    guard config.hasPrefix("/") || isTarget else {
      throw failure(text, "?config= wants an absolute path or a target such as defconfig")
    }
    return .git(repository: String(repository), reference: String(tail[0]), config: String(config))
  }

  private static func isPlain(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || ".+~-:_".contains(character))
  }

  private static func failure(_ text: String, _ problem: String) -> Failure {
    Failure(
      .usage, text, problem,
      remedy:
        "write debian:6.12, debian:6.12/FLAVOUR=VERSION, local:/path/to/build or git:/path/to/tree#REF?config=FILE")
  }
}
