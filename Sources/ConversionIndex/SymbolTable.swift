// SPDX-License-Identifier: GPL-2.0-or-later

/// Names interned as small numbers, in order of appearance: open addressing over one arena of bytes.
struct SymbolTable {
  private var arena: [UInt8] = []
  private var starts: [UInt32] = [0]
  private var hashes: [UInt32] = []
  private var slots = [UInt32](repeating: 0, count: 1 << 16)

  var count: Int { hashes.count }

  /// FNV-1a step; scanners compute the hash while they walk over a name.
  @inline(__always) static func hash(_ hash: UInt32, _ byte: UInt8) -> UInt32 {
    (hash ^ UInt32(byte)) &* 16_777_619
  }
  static let seed: UInt32 = 2_166_136_261

  /// The number of the name, new or known.
  @inline(__always)
  mutating func intern(_ name: UnsafeBufferPointer<UInt8>, hash: UInt32) -> Int {
    let mask = slots.count - 1
    var slot = Int(hash ^ (hash >> 15)) & mask
    while slots[slot] != 0 {
      let id = Int(slots[slot]) - 1
      if hashes[id] == hash, equals(id, name) { return id }
      slot = (slot + 1) & mask
    }
    return insert(name, hash: hash, slot: slot)
  }

  /// The number of the name, for those that no scanner read.
  @discardableResult
  mutating func intern(_ name: String) -> Int {
    let bytes = Array(name.utf8)
    return bytes.withUnsafeBufferPointer { intern($0, hash: bytes.reduce(Self.seed, Self.hash)) }
  }

  /// The bytes of a name.
  subscript(id: Int) -> ArraySlice<UInt8> { arena[Int(starts[id])..<Int(starts[id + 1])] }

  @inline(__always)
  private func equals(_ id: Int, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = Int(starts[id])
    guard Int(starts[id + 1]) - start == name.count else { return false }
    for index in 0..<name.count where arena[start + index] != name[index] { return false }
    return true
  }

  private mutating func insert(_ name: UnsafeBufferPointer<UInt8>, hash: UInt32, slot: Int) -> Int {
    let id = hashes.count
    hashes.append(hash)
    arena.append(contentsOf: name)
    starts.append(UInt32(arena.count))
    slots[slot] = UInt32(id + 1)
    if hashes.count * 2 > slots.count { grow() }
    return id
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 4)
    let mask = slots.count - 1
    for (id, hash) in hashes.enumerated() {
      var slot = Int(hash ^ (hash >> 15)) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(id + 1)
    }
  }
}

extension SymbolTable {
  /// All numbers, in the order of their names' bytes.
  var sorted: [Int] {
    (0..<count).sorted { self[$0].lexicographicallyPrecedes(self[$1]) }
  }
}
