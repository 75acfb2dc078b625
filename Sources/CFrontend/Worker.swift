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
        let (end, execution) = try await containment.session(command) { session in
          let conversation = Conversation(session)
          return await withTaskGroup(of: Void.self) { group in
            group.addTask { await conversation.listen() }
            defer { group.cancelAll() }
            return await serve(job, conversation)
          }
        }
        if case .died(let victim, let isNew) = end { victim.reply.give(.failure(death(victim, execution, isNew))) }
        next = if case .left(let job) = end { job } else { await queue.next() }
      } catch {
        job.reply.give(.failure(error))
        next = await queue.next()
      }
    }
  }

  /// How it ended with one process.
  private enum End: Sendable {
    /// It must be replaced, or the queue is closed.
    case over
    /// It had died before it got this job.
    case left(Job)
    /// It died over this job; whether it had never given an answer.
    case died(Job, isNew: Bool)
  }

  private func serve(_ first: Job, _ conversation: Conversation) async -> End {
    var opened: Set<String> = []
    var current: Job? = first
    var isFirst = true
    while let job = current {
      if !isFirst, await conversation.isOver { return .left(job) }
      isFirst = false
      do {
        job.reply.give(.success(try await ask(job, conversation, &opened)))
      } catch Silence.ended {
        return .died(job, isNew: await conversation.received == 0)
      } catch Silence.late {
        let seconds = Int(patience.seconds(job.request.verb))
        let problem = "the C front end gave no answer within \(seconds) s and was ended"
        job.reply.give(.failure(Failure(.ourFault, job.request.unit, problem)))
        return .over
      } catch {
        job.reply.give(.failure(error))
        return .over
      }
      if await conversation.received > answerLimit { return .over }
      current = await queue.next()
    }
    return .over
  }

  private func death(_ job: Job, _ execution: Execution, _ isNew: Bool) -> Failure {
    let detail = String(execution.errorText.suffix(4_000))
    if isNew, execution.exit != .signalled(11) {
      return Failure(
        .unavailable, job.request.unit, "the C front end did not start (\(execution.exit))", remedy: "run kmend doctor",
        detail: detail)
    }
    return Failure(
      .ourFault, job.request.unit, "the C front end died while it read this (\(execution.exit))", detail: detail)
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
