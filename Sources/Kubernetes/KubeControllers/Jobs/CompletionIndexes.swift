/// Completion indexes as a Job's status writes them: `1,3-5,7`.
struct CompletionIndexes: Hashable {
    private(set) var ranges: [ClosedRange<Int>] = []

    /// No indexes.
    init() {}
    /// The indexes of a text below `limit`; what is no number is left out.
    init(_ text: String, below limit: Int = Int.max) {
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-", maxSplits: 1).compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last, first < limit else { continue }
            ranges.append(first...min(last, limit - 1))
        }
        normalize()
    }
    /// Exactly these.
    init(_ indexes: some Sequence<Int>) {
        ranges = indexes.map { $0...$0 }
        normalize()
    }

    /// How many there are.
    var count: Int { ranges.reduce(0) { $0 + $1.count } }
    func contains(_ index: Int) -> Bool { ranges.contains { $0.contains(index) } }
    /// These and the others.
    func union(_ other: CompletionIndexes) -> CompletionIndexes {
        var result = self
        result.ranges += other.ranges
        result.normalize()
        return result
    }
    /// How many of these the other set has as well.
    func common(with other: CompletionIndexes) -> Int {
        ranges.reduce(0) { sum, range in
            sum + other.ranges.reduce(0) { $0 + max(0, min(range.upperBound, $1.upperBound) - max(range.lowerBound, $1.lowerBound) + 1) }
        }
    }
    /// The lowest indexes that are not in the set, at most `limit` of those below `end`.
    func missing(_ limit: Int, below end: Int) -> [Int] {
        var result: [Int] = []
        var next = 0
        for range in ranges + [end...max(end, end)] {
            while next < min(range.lowerBound, end), result.count < limit {
                result.append(next)
                next += 1
            }
            next = max(next, range.upperBound + 1)
        }
        return result
    }

    /// Two neighbours are listed, three and more are a range. Source: kubernetes, pkg/controller/job, orderedIntervals.
    var text: String {
        ranges.map { range in
            switch range.count {
            case 1: "\(range.lowerBound)"
            case 2: "\(range.lowerBound),\(range.upperBound)"
            default: "\(range.lowerBound)-\(range.upperBound)"
            }
        }.joined(separator: ",")
    }

    private mutating func normalize() {
        var merged: [ClosedRange<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        ranges = merged
    }
}
