/// Counts by node slot, most of them zero: a flat table, because a search asks it about thousands of nodes.
struct SlotCounts: Sequence {
    /// Slot above, count below; slots are kept one higher, so that 0 is an empty cell.
    private var cells: ContiguousArray<UInt64> = []
    /// A bit for each slot that is in the table and for few others, as many words as cells: most questions end here.
    private var marks: ContiguousArray<UInt64> = []
    /// How many slots have a count other than zero, and how many cells are taken, by zeros too.
    private(set) var count = 0
    private var taken = 0

    var isEmpty: Bool { count == 0 }

    subscript(slot: Int32) -> Int32 {
        count == 0 ? 0 : withView { $0[slot] }
    }
    mutating func add(_ change: Int32, slot: Int32) {
        if 4 * (taken + 1) > 3 * cells.count { grow() }
        let (mask, key) = (cells.count - 1, UInt64(UInt32(bitPattern: slot)) + 1)
        var place = View.start(slot, mask)
        marks[place] |= View.mark(slot)
        while cells[place] != 0, cells[place] >> 32 != key { place = (place + 1) & mask }
        if cells[place] == 0 { taken += 1 }
        let before = Int32(truncatingIfNeeded: cells[place])
        let after = before &+ change
        cells[place] = key << 32 | UInt64(UInt32(bitPattern: after))
        count += (after == 0 ? 0 : 1) - (before == 0 ? 0 : 1)
    }
    /// Makes room, and drops the zeros.
    private mutating func grow() {
        var size = 8
        while size < 2 * (count + 1) { size *= 2 }
        let old = cells
        cells = ContiguousArray(repeating: 0, count: size)
        marks = cells
        taken = count
        for cell in old where UInt32(truncatingIfNeeded: cell) != 0 {
            let slot = Int32(truncatingIfNeeded: Int(cell >> 32) - 1)
            var place = View.start(slot, size - 1)
            marks[place] |= View.mark(slot)
            while cells[place] != 0 { place = (place + 1) & (size - 1) }
            cells[place] = cell
        }
    }
    /// The slots with a count other than zero, in no order.
    func makeIterator() -> some IteratorProtocol<(slot: Int32, count: Int32)> {
        cells.lazy.filter { UInt32(truncatingIfNeeded: $0) != 0 }
            .map { (slot: Int32(truncatingIfNeeded: Int($0 >> 32) - 1), count: Int32(truncatingIfNeeded: $0)) }.makeIterator()
    }
    /// Lets the body read the table at once, without looking at it anew for each slot.
    func withView<R>(_ body: (View) -> R) -> R {
        cells.withUnsafeBufferPointer { cells in marks.withUnsafeBufferPointer { body(View(cells: cells, marks: $0)) } }
    }

    /// The table while it does not change.
    struct View {
        fileprivate let cells: UnsafeBufferPointer<UInt64>
        fileprivate let marks: UnsafeBufferPointer<UInt64>
        private static func hash(_ slot: Int32) -> UInt32 { UInt32(bitPattern: slot) &* 0x9e37_79b1 }
        fileprivate static func start(_ slot: Int32, _ mask: Int) -> Int { Int(hash(slot) >> 7) & mask }
        fileprivate static func mark(_ slot: Int32) -> UInt64 { 1 << UInt64(UInt32(bitPattern: slot) & 63) }

        subscript(slot: Int32) -> Int32 {
            guard !cells.isEmpty else { return 0 }
            let (mask, start) = (cells.count - 1, Self.start(slot, cells.count - 1))
            return marks[start] & Self.mark(slot) == 0 ? 0 : find(slot, start, mask)
        }
        @inline(never) private func find(_ slot: Int32, _ start: Int, _ mask: Int) -> Int32 {
            let key = UInt64(UInt32(bitPattern: slot)) + 1
            var place = start
            while cells[place] != 0 {
                if cells[place] >> 32 == key { return Int32(truncatingIfNeeded: cells[place]) }
                place = (place + 1) & mask
            }
            return 0
        }
    }
}
