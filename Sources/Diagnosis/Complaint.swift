// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontendProtocol
import KernelModel

/// One error as far as the message and the driver's text tell what it is about.
struct Complaint {
  /// A word of the statement that may be what changed.
  struct Candidate: Hashable {
    var name: String
    /// Set for a field's name: where it can be described.
    var place: FrontendPlace?
  }
  var unit: String
  var message: String
  var kind: Break.Kind
  /// Empty where only the candidates tell.
  var symbol: String
  var container: String?
  var site: Site
  /// Where the field stands that `symbol` names, to be described for its structure.
  var field: FrontendPlace?
  /// Nearest first.
  var candidates: [Candidate] = []
  /// A grammatical error.
  var isGrammar = false
  /// The size of an array whose initialiser has an error.
  var followsInitialiser = false
  /// What the statement was to declare is not declared.
  var spoilsDeclaration = false
  /// The words of the statement it stands in.
  var words: Set<String> = []
  /// The types that the message quotes.
  var quoted: [String] = []
  /// The macro of the kernel's that was being expanded, the outermost one.
  var kernelMacro: String?

  /// What two objects that include one header have in common.
  struct Saying: Hashable {
    var site: Site
    var message: String
  }
  var saying: Saying { Saying(site: site, message: message) }

  /// The break as far as message and text tell it.
  var unresolved: Break {
    Break(
      site: site, kind: kind, symbol: symbol.isEmpty ? candidates.first?.name ?? "" : symbol, container: container,
      message: message)
  }
}

/// What two parses must agree in for an error to be the same on both kernels: lines shift with edits.
struct ErrorIdentity: Hashable {
  var file: Roots.File
  var message: String
}

extension FrontendDiagnostic {
  func identity(_ roots: Roots, directory: String) -> ErrorIdentity {
    ErrorIdentity(
      file: (expansion ?? spelling).map { roots.file($0.file, directory: directory) } ?? .other(""), message: message)
  }
}
