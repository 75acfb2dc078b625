// SPDX-License-Identifier: GPL-2.0-or-later

/// A seccomp(2) filter in classic BPF, as bwrap(1) takes it: refuses what no compiler, make or QEMU needs and what
/// namespaces do not hold back.
///
/// The namespaces, uid and view are the wall; this is the second one. It keeps programs from new namespaces (which open
/// much more of the kernel to them), mounts, keyrings, the kernel's log, ptrace, and from address families that ignore
/// the network namespace, like `AF_VSOCK` and `AF_ALG`.
enum SystemCallFilter {
  #if arch(x86_64)
    /// The filter's bytes.
    static let bytes: [UInt8]? = program.flatMap { instruction in
      withUnsafeBytes(of: instruction.code.littleEndian, Array.init) + [instruction.ifTrue, instruction.ifFalse]
        + withUnsafeBytes(of: instruction.operand.littleEndian, Array.init)
    }

    private struct Instruction {
      var code: UInt16
      var ifTrue: UInt8 = 0
      var ifFalse: UInt8 = 0
      var operand: UInt32
    }

    private static let architecture: UInt32 = 0xc000_003e
    /// Numbers of x32 begin here.
    private static let x32: UInt32 = 0x4000_0000
    private static let clone: UInt32 = 56
    /// The C library takes `clone` instead; the flags of this one can't be seen by a filter.
    private static let clone3: UInt32 = 435
    private static let socket: UInt32 = 41
    private static let allNamespaces: UInt32 = 0x7e02_0000
    /// AF_UNIX, AF_INET, AF_INET6, AF_NETLINK.
    private static let families: [UInt32] = [1, 2, 10, 16]
    /// UDP's: what comes after it are protocols that the kernel loads modules for.
    private static let lastProtocol: UInt32 = 17
    private static let refused: [UInt32] = [
      272, 308,  // unshare setns
      165, 166, 155, 428, 429, 430, 431, 432, 433, 442,  // mount umount2 pivot_root open_tree … fspick mount_setattr
      303, 304,  // name_to_handle_at open_by_handle_at
      248, 249, 250,  // add_key request_key keyctl
      101, 310, 311,  // ptrace process_vm_readv process_vm_writev
      298, 321, 323,  // perf_event_open bpf userfaultfd
      425, 426, 427,  // io_uring_setup io_uring_enter io_uring_register
      103, 175, 176, 246, 313, 320,  // syslog init_module delete_module kexec_load finit_module kexec_file_load
    ]

    private static var program: [Instruction] {
      let (perm, noSystemCall, noProtocol, noFamily): (UInt32, UInt32, UInt32, UInt32) = (1, 38, 93, 97)
      var program = [load(4), Instruction(code: 0x15, ifTrue: 1, operand: architecture), fail(noSystemCall), load(0)]
      program += [Instruction(code: 0x35, ifFalse: 1, operand: x32), fail(noSystemCall)]
      program += [unless(clone3, skip: 1), fail(noSystemCall)]
      for number in refused { program += [unless(number, skip: 1), fail(perm)] }
      program += [unless(clone, skip: 4), load(16), Instruction(code: 0x45, ifFalse: 1, operand: allNamespaces)]
      program += [fail(perm), allow]
      program += [unless(socket, skip: UInt8(families.count * 2 + 5))]
      program += [load(32), Instruction(code: 0x25, ifFalse: 1, operand: lastProtocol), fail(noProtocol), load(16)]
      for family in families { program += [unless(family, skip: 1), allow] }
      return program + [fail(noFamily), allow]
    }

    private static let allow = Instruction(code: 0x06, operand: 0x7fff_0000)
    private static func fail(_ errno: UInt32) -> Instruction { Instruction(code: 0x06, operand: 0x0005_0000 | errno) }
    private static func load(_ offset: UInt32) -> Instruction { Instruction(code: 0x20, operand: offset) }
    private static func unless(_ value: UInt32, skip: UInt8) -> Instruction {
      Instruction(code: 0x15, ifFalse: skip, operand: value)
    }
  #else
    /// Numbers of system calls are known for x86-64 only.
    static let bytes: [UInt8]? = nil
  #endif
}
