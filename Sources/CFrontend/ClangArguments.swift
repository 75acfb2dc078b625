// SPDX-License-Identifier: GPL-2.0-or-later

/// Turns the arguments that Kbuild gives gcc into those for clang's parser.
///
/// What only concerns code generation by plugins, assembler or linker, and what names inputs and outputs is dropped;
/// which of the remaining `-f` and `-m` options this clang knows is found out by `kmend-cindex`, which asks it.
package enum ClangArguments {
  /// What gcc-14 and later refuse, what is a mistake on every kernel, and a structure that is declared in a
  /// parameter list, which is a header that is no longer reached.
  private static let errors = [
    "implicit-function-declaration", "implicit-int", "int-conversion", "incompatible-pointer-types",
    "incompatible-function-pointer-types", "return-type", "visibility",
  ]
  private static let withSeparateValue: Set<String> = [
    "-I", "-D", "-U", "-include", "-imacros", "-isystem", "-idirafter", "-iquote", "-iprefix", "-iwithprefix", "-x",
  ]
  private static let droppedWithValue: Set<String> = [
    "-o", "-MF", "-MT", "-MQ", "-Xassembler", "-Xlinker", "-Xpreprocessor", "-Xclang", "-mllvm", "-T", "-u", "-z", "-L",
    "-B", "-wrapper", "-dumpbase", "-dumpdir", "-aux-info", "--param", "-e",
  ]
  private static let dropped: Set<String> = ["-c", "-S", "-E", "-M", "-MM", "-MD", "-MMD", "-MP", "-MG", "-pipe", "-v"]
  private static let droppedPrefixes = [
    "-Wp,-M", "-Wa,", "-Wl,", "-fplugin", "-specs", "-B", "-L", "-l", "-g", "-O", "-fdump", "-save-temps", "-flto",
    "-fsanitize", "-fprofile", "-fmacro-prefix-map", "-ffile-prefix-map", "-fdebug-prefix-map", "-Werror", "--param",
    "@",
  ]

  /// - Parameter arguments: gcc's, without the compiler, with or without the source file.
  package static func translate(_ arguments: [String]) -> [String] {
    // All warnings off first: `-w` would silence what is made an error, too. What the driver turns off comes later.
    var kept = ["-Wno-everything", "-Qunused-arguments", "-ferror-limit=0", "-O2"] + errors.map { "-Werror=\($0)" }
    // Discarded qualifiers are part of `incompatible-pointer-types` to clang, and a warning of its own to gcc.
    kept.append("-Wno-incompatible-pointer-types-discards-qualifiers")
    var position = 0
    while position < arguments.count {
      let argument = arguments[position]
      let next = position + 1 < arguments.count ? arguments[position + 1] : nil
      position += 1
      if withSeparateValue.contains(argument) {
        if let next { kept += [argument, next] }
        position += 1
      } else if droppedWithValue.contains(argument) {
        position += 1
      } else if argument.hasPrefix("-Wp,"), !argument.hasPrefix("-Wp,-M") {
        kept += argument.dropFirst(4).split(separator: ",").map(String.init)
      } else if argument.hasPrefix("-Wno-") {
        kept.append(argument)
      } else if argument.hasPrefix("-"), !argument.hasPrefix("-W"), !dropped.contains(argument),
        !droppedPrefixes.contains(where: argument.hasPrefix)
      {
        kept.append(argument)
      }
    }
    return kept
  }
}
