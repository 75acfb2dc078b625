// SPDX-License-Identifier: GPL-2.0-or-later

import GRDB
import KernelModel

extension DatabaseReader {
  /// Reads an index on its own queue.
  ///
  /// - Throws: `Failure` (`tryAgain`) in place of SQLite's error.
  func answer<Value: Sendable>(
    _ path: String, _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    do {
      return try await read(body)
    } catch let error as DatabaseError {
      throw Failure(
        .tryAgain, path, "can't be read (\(error.resultCode.rawValue): \(error.message ?? "SQLite error"))",
        remedy: "remove it, it will be built again")
    }
  }
}
