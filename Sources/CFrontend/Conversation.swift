// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontendProtocol
import FoundationEssentials
import Sandbox

/// Why a process gave no answer.
enum Silence: Error, Equatable {
  /// It ended: a crash, a limit.
  case ended
  /// It took longer than the caller's patience.
  case late
}

/// Questions and answers of one running process.
actor Conversation {
  private let session: Session
  private var waiting: [Int: CheckedContinuation<FrontendAnswer, any Error>] = [:]
  /// Whether the process closed its output: it is gone.
  private(set) var isOver = false
  /// Bytes of all answers so far.
  private(set) var received = 0

  init(_ session: Session) { self.session = session }

  /// Takes answers until the process closes its output.
  func listen() async {
    let decoder = JSONDecoder()
    do {
      for try await line in session.lines {
        received += line.utf8.count
        guard let answer = try? decoder.decode(FrontendAnswer.self, from: Data(line.utf8)) else { continue }
        waiting.removeValue(forKey: answer.id)?.resume(returning: answer)
      }
    } catch {}
    isOver = true
    for waiter in waiting.values { waiter.resume(throwing: Silence.ended) }
    waiting = [:]
  }

  /// - Throws: `Silence`, and what sending throws.
  func ask(_ request: FrontendRequest, patience: Double) async throws -> FrontendAnswer {
    let line = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
    return try await withThrowingTaskGroup(of: FrontendAnswer?.self) { group in
      group.addTask { try await self.answer(to: request.id, line: line) }
      group.addTask {
        try? await Task.sleep(for: .seconds(patience))
        await self.giveUp(request.id)
        return nil
      }
      defer { group.cancelAll() }
      while let answer = try await group.next() {
        if let answer { return answer }
      }
      throw Silence.late
    }
  }

  private func answer(to id: Int, line: String) async throws -> FrontendAnswer {
    guard !isOver else { throw Silence.ended }
    async let sent: Void = session.send(line)
    let answer = try await withCheckedThrowingContinuation { waiting[id] = $0 }
    try? await sent
    return answer
  }

  private func giveUp(_ id: Int) { waiting.removeValue(forKey: id)?.resume(throwing: Silence.late) }
}
