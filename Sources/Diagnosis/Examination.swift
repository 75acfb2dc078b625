// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontendProtocol
import KernelModel

/// The diagnosis of one driver on a pair of kernels, as a state machine that asks and is told.
///
/// Ask for `inquiries` and `take` the answers until there are none; then read `diagnosis`.
package struct Examination {
  private enum Stage { case names, fields, done }
  private var stage = Stage.names
  private let complaints: [Complaint]
  private let already: [Complaint]
  private let oldUnits: Set<String>
  private let driver: [String: SourceText]
  private var old: Knowledge
  private var new: Knowledge

  /// - Parameters:
  ///   - old: what clang said about each object on the old kernel.
  ///   - new: the same on the new kernel; units bear the same names.
  ///   - driver: the driver's texts as they were parsed, by path relative to its root.
  package init(
    old: [Observation], oldRoots: Roots, new: [Observation], newRoots: Roots, driver: [String: SourceText]
  ) {
    let baseline = Baseline(old, roots: oldRoots)
    let reader = Reader(newRoots) { driver[$0] }
    var (complaints, already): ([Complaint], [Complaint]) = ([], [])
    for observation in new {
      let (wrongNow, wrongBefore) = baseline.split(observation, roots: newRoots)
      complaints += wrongNow.compactMap { reader.complaint($0, in: observation) }
      already += wrongBefore.compactMap { reader.complaint($0, in: observation) }
    }
    self.complaints = complaints
    self.already = already
    self.driver = driver
    oldUnits = Set(old.map(\.unit))
    self.old = Knowledge(oldRoots, of: old, isShared: true)
    self.new = Knowledge(newRoots, of: new, isShared: false)
  }

  /// What to ask next, at most one inquiry per unit and side; empty when all is known.
  package var inquiries: [Inquiry] {
    var asked: Set<Complaint.Saying> = []
    var names: [String: [String]] = [:]
    var places: [String: [FrontendPlace]] = [:]
    for complaint in complaints {
      // One header's error shows in every object that includes it: the first one's answer is enough.
      guard asked.insert(complaint.saying).inserted else { continue }
      let unit = complaint.unit
      switch stage {
      case .names:
        names[unit, default: []] += [complaint.symbol, complaint.kernelMacro ?? ""] + complaint.candidates.map(\.name)
        if let container = complaint.container { names[unit, default: []].append(tag(container)) }
        places[unit, default: []] += [complaint.field].compactMap { $0 } + complaint.candidates.compactMap(\.place)
      case .fields:
        names[unit, default: []] += fieldsOf(complaint)
      case .done: break
      }
    }
    // What the old kernel declares is the same in every unit that compiled there: one of them is asked.
    var askedOfOld: Set<String> = []
    return Set(names.keys).union(places.keys).sorted().flatMap { unit in
      let wanted = unique((names[unit] ?? []).filter { !$0.isEmpty })
      let described = unique(places[unit] ?? [])
      var inquiries: [Inquiry] = []
      if !wanted.isEmpty || !described.isEmpty {
        inquiries.append(Inquiry(side: .new, unit: unit, names: wanted, places: described))
      }
      let unasked = wanted.filter { oldUnits.contains(unit) && ($0.hasSuffix(".h") || askedOfOld.insert($0).inserted) }
      if !unasked.isEmpty { inquiries.append(Inquiry(side: .old, unit: unit, names: unasked, places: [])) }
      return inquiries
    }
  }

  /// Takes the answers to `inquiries` and moves on; inquiries without an answer are taken as unanswerable.
  package mutating func take(_ answers: [Inquiry: Findings]) {
    for (inquiry, findings) in answers {
      switch inquiry.side {
      case .old: old.take(inquiry, findings)
      case .new: new.take(inquiry, findings)
      }
    }
    stage = stage == .names ? .fields : .done
  }

  /// The breaks, and what was already wrong.
  ///
  /// - Parameter declarationsInTree: where the new kernel's headers declare a name, reached or not
  ///   (`findDeclarations`), and, for a header's path, the headers of the same name.
  package func diagnosis(declarationsInTree: @escaping (String) -> [Declaration]) -> DriverDiagnosis {
    let resolver = Resolver(old: old, new: new, driver: driver, declarationsInTree: declarationsInTree)
    var resolved: [Complaint.Saying: Break] = [:]
    let breaks = complaints.map { complaint in
      // All objects that say the same are told by the one that was asked.
      let result = resolved[complaint.saying] ?? resolver.resolve(complaint)
      resolved[complaint.saying] = result
      let isHeader = complaint.kind == .headerGone
      return Resolved(
        complaint: complaint, result: result,
        brought: isHeader ? old.brought(by: complaint.symbol, in: complaint.unit) : [])
    }
    return DriverDiagnosis(
      breaks: folded(breaks),
      alreadyWrong: folded(already.map { Resolved(complaint: $0, result: $0.unresolved) }))
  }

  /// The fields, with their structures, that round one brought up.
  private func fieldsOf(_ complaint: Complaint) -> [String] {
    var fields: [String] = []
    if let container = complaint.container { fields.append("\(container).\(complaint.symbol)") }
    for (name, place) in [(complaint.symbol, complaint.field)] + complaint.candidates.map({ ($0.name, $0.place) }) {
      if let place, let container = new.cursor(complaint.unit, place)?.container {
        fields.append("\(container).\(name)")
      }
    }
    return fields
  }

  private func unique<Element: Hashable>(_ list: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return list.filter { seen.insert($0).inserted }
  }
}

/// What an examination found.
package struct DriverDiagnosis: Sendable {
  /// What the new kernel breaks, by place; a cascade names the index of its cause.
  package var breaks: [Break]
  /// Errors that the old kernel's headers give as well.
  package var alreadyWrong: [Break]
}
