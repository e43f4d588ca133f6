// Random numbers that a failure can name: the same seed gives the same case everywhere.

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &self)]
  }

  mutating func list<Element>(
    _ counts: ClosedRange<Int>, of make: (inout SeededGenerator) throws -> Element
  ) rethrows -> [Element] {
    let count = Int.random(in: counts, using: &self)
    var made: [Element] = []
    for _ in 0..<count { made.append(try make(&self)) }
    return made
  }
}
