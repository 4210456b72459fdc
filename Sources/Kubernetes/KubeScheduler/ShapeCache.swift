/// What has been found out about nodes for the pods of one shape, by slot.
final class ShapeCache {
    /// What is known of a node at one version of its load: whether it takes pods of the shape, as far as traits, CPU, memory and number of
    /// pods go, and the score of its resources.
    struct Finding {
        private let word: UInt64
        init(version: UInt32, _ found: (takes: Bool, score: Int)) {
            word = UInt64(version) << 32 | (found.takes ? 1 << 31 : 0) | UInt64(UInt32(clamping: found.score) & 0x7FFF_FFFF)
        }
        var version: UInt32 { UInt32(truncatingIfNeeded: word >> 32) }
        var takes: Bool { word >> 31 & 1 == 1 }
        var score: Int { Int(word & 0x7FFF_FFFF) }
    }
    let shape: PodShape
    /// The node's traits, and the code of the verdict.
    private var verdicts: [UInt64] = []
    private var findings: [Finding] = []
    /// When it was last used.
    var turn = 0

    init(_ shape: PodShape) { self.shape = shape }

    /// Makes room for all slots.
    func grow(_ slots: Int) {
        guard verdicts.count < slots else { return }
        verdicts += Array(repeating: 0, count: slots - verdicts.count)
        findings += Array(repeating: Finding(version: 0, (false, 0)), count: slots - findings.count)
    }
    func verdict(_ slot: Int32, traits: UInt32) -> UInt8? {
        let word = verdicts[Int(slot)]
        return word >> 8 == UInt64(traits) ? UInt8(truncatingIfNeeded: word) : nil
    }
    func remember(_ slot: Int32, traits: UInt32, _ code: UInt8) { verdicts[Int(slot)] = UInt64(traits) << 8 | UInt64(code) }

    /// What is known of a node at a version of its load; `judge` finds it out.
    func finding(_ slot: Int32, version: UInt32, _ judge: () -> (takes: Bool, score: Int)) -> Finding {
        let known = findings[Int(slot)]
        if known.version == version { return known }
        let finding = Finding(version: version, judge())
        findings[Int(slot)] = finding
        return finding
    }
    /// All findings, for many nodes at once; those of another version than the node's are void.
    func withFindings<R>(_ body: (UnsafeMutableBufferPointer<Finding>) -> R) -> R {
        findings.withUnsafeMutableBufferPointer { body($0) }
    }

    static let allowed: UInt8 = 1
    private static let codes: [Rejection] = [.unschedulable, .taint, .nodeAffinity, .enforcedNodeAffinity, .features]
    static func code(of rejection: Rejection?) -> UInt8 {
        guard let rejection, let index = codes.firstIndex(of: rejection) else { return allowed }
        return UInt8(index + 2)
    }
    static func rejection(_ code: UInt8) -> Rejection? { code == allowed ? nil : codes[Int(code) - 2] }
}
