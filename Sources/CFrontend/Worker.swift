// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontendProtocol
import KernelModel
import Sandbox

/// One `kmend-cindex`, started when there is something to do and again after it died.
struct Worker: Sendable {
  let queue = JobQueue()
  var containment: Containment
  var command: Command
  var patience: Patience
  /// Bytes of answers after which the process is replaced: the sandbox keeps what a program prints.
  private let answerLimit = 128 << 20

  init(containment: Containment, command: Command, patience: Patience) {
    self.containment = containment
    self.command = command
    self.patience = patience
  }

  /// Serves the queue until it is closed.
  func run() async {
    var next = await queue.next()
    while let job = next {
      do {
        let (left, _) = try await containment.session(command) { session in
          let conversation = Conversation(session)
          return await withTaskGroup(of: Void.self) { group in
            group.addTask { await conversation.listen() }
            defer { group.cancelAll() }
            return await serve(job, conversation)
          }
        }
        next = if let left { left } else { await queue.next() }
      } catch {
        job.reply.give(.failure(error))
        next = await queue.next()
      }
    }
  }

  /// Serves jobs until the process must be replaced or the queue is closed; a job that the process did not get is
  /// handed back.
  private func serve(_ first: Job, _ conversation: Conversation) async -> Job? {
    var opened: Set<String> = []
    var current: Job? = first
    var isFresh = true
    while let job = current {
      if !isFresh, await conversation.isOver { return job }
      isFresh = false
      do {
        job.reply.give(.success(try await ask(job, conversation, &opened)))
      } catch {
        job.reply.give(.failure(failure(job, error)))
        return nil
      }
      if await conversation.received > answerLimit { return nil }
      current = await queue.next()
    }
    return nil
  }

  private func ask(_ job: Job, _ conversation: Conversation, _ opened: inout Set<String>) async throws
    -> FrontendAnswer
  {
    let unit = job.request.unit
    if job.request.verb == .open || opened.contains(unit) {
      opened.insert(unit)
      return try await conversation.ask(job.request, patience: patience.seconds(job.request.verb))
    }
    if job.request.verb == .close { return FrontendAnswer(id: job.request.id) }
    let answer = try await conversation.ask(job.opening, patience: patience.seconds(.open))
    opened.insert(unit)
    if job.request.verb == .reparse || answer.error != nil { return answer }
    return try await conversation.ask(job.request, patience: patience.seconds(job.request.verb))
  }

  private func failure(_ job: Job, _ error: any Error) -> any Error {
    switch error {
    case Silence.ended:
      Failure(
        .ourFault, job.request.unit, "the C front end died while it read this", remedy: "the next request is served")
    case Silence.late:
      Failure(
        .ourFault, job.request.unit,
        "the C front end gave no answer within \(Int(patience.seconds(job.request.verb))) s and was ended")
    default: error
    }
  }
}

/// How long a caller waits for an answer, seconds.
package struct Patience: Sendable {
  /// For a first parse.
  package var open: Double
  /// For all else.
  package var others: Double

  package init(open: Double = 60, others: Double = 30) {
    self.open = open
    self.others = others
  }

  func seconds(_ verb: FrontendRequest.Verb) -> Double { verb == .open ? open : open > others ? others : open }
}
