// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import KernelModel

/// The one gate to libgit2: starts it once, checks every return code, turns its error into a `Failure`.
enum LibGit2 {
  /// Nothing of this machine's or this user's configuration is read: what kmend does with a repository depends on the
  /// repository alone. Repositories of other users may be opened, because libgit2 runs nothing that they configure (no
  /// hooks, no fsmonitor, no filter programs); `Repository.commit` checks the owner itself before it writes.
  private static let start: Int32 = {
    let code = git_libgit2_init()
    guard code > 0 else { return code }
    for level in [
      GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
    ] {
      let set = kmend_git_set_search_path(level, "")
      guard set == 0 else { return set }
    }
    return kmend_git_set_owner_validation(0)
  }()

  /// Calls libgit2 and returns its result, which is not negative.
  ///
  /// libgit2 keeps its last error per thread, so the error is copied and cleared before anything else can run.
  ///
  /// - Parameters:
  ///   - operation: what is being done, a verb phrase, e.g. `read the commit`.
  ///   - subject: to what, e.g. a path or an object id.
  /// - Throws: `Failure` with libgit2's own words as its problem.
  @discardableResult
  static func call(_ operation: String, _ subject: String, _ body: () -> Int32) throws(Failure) -> Int32 {
    guard start >= 0 else { throw Failure(.ourFault, "libgit2", "can't be started (\(start))") }
    let code = body()
    guard code < 0 else { return code }
    var words = "error \(code)"
    var kind: Int32 = 0
    if let error = git_error_last() {
      kind = error.pointee.klass
      if let message = error.pointee.message { words = String(cString: message) }
      git_error_clear()
    }
    throw Failure(
      self.code(code, kind), subject,
      "can't \(operation): \(words.prefix(300).split(separator: "\n").joined(separator: " "))",
      detail: "libgit2 code \(code), class \(kind)")
  }

  private static func code(_ code: Int32, _ kind: Int32) -> Failure.Code {
    switch code {
    case GIT_ELOCKED.rawValue: return .tryAgain
    case GIT_EOWNER.rawValue: return .unavailable
    default: break
    }
    switch kind {
    case Int32(GIT_ERROR_NOMEMORY.rawValue): return .ourFault
    case Int32(GIT_ERROR_OS.rawValue), Int32(GIT_ERROR_FILESYSTEM.rawValue): return .unavailable
    default: return .badInput
    }
  }
}

/// An object of libgit2's that is freed with its owner.
struct Owned: ~Copyable {
  let pointer: OpaquePointer
  private let free: (OpaquePointer?) -> Void

  /// - Parameters:
  ///   - free: libgit2's function for this kind of object.
  ///   - make: calls the function that makes the object, and returns its code.
  init(
    _ operation: String, _ subject: String, free: @escaping (OpaquePointer?) -> Void,
    _ make: (inout OpaquePointer?) -> Int32
  ) throws(Failure) {
    var made: OpaquePointer?
    try LibGit2.call(operation, subject) { make(&made) }
    guard let made else { throw Failure(.ourFault, subject, "can't \(operation): libgit2 gave nothing") }
    pointer = made
    self.free = free
  }

  deinit { free(pointer) }
}
