import Control

/// Pods that wait for a node: those to be tried now, those that rest after a failure, and those for which nothing has changed since
/// they found no node. Source: upstream's PriorityQueue.
struct SchedulingQueue {
    /// What has changed in the cluster.
    enum News {
        /// A node is new or other than it was.
        case node
        /// A pod has left its node.
        case room
        /// A pod is on a node.
        case company
    }
    private struct Stuck {
        let pod: SchedulingPod
        let waitsForRoom: Bool
        let waitsForCompany: Bool
        let since: Timestamp
    }
    private struct Turn {
        let pod: SchedulingPod
        let number: Int
        func isBefore(_ other: Turn) -> Bool {
            if pod.priority != other.pod.priority { return pod.priority > other.pod.priority }
            if pod.created != other.pod.created { return pod.created < other.pod.created }
            return number < other.number
        }
    }
    /// A heap with the next turn first; a turn whose number is not in `turns` is void.
    private var heap: [Turn] = []
    private var turns: [String: Int] = [:]
    private var resting: [String: (pod: SchedulingPod, until: Timestamp)] = [:]
    private var stuck: [String: Stuck] = [:]
    private var attempts: [String: (count: Int, last: Timestamp)] = [:]
    private var nextNumber = 0
    private let firstRest = Duration.seconds(1), longestRest = Duration.seconds(10), longestStuck = Duration.seconds(300)

    var isEmpty: Bool { turns.isEmpty }
    /// Pods that wait in any way.
    var count: Int { turns.count + resting.count + stuck.count }

    /// A pod that is new, or that was changed in what it asks for.
    mutating func add(_ pod: SchedulingPod) {
        (resting[pod.key], stuck[pod.key]) = (nil, nil)
        let turn = Turn(pod: pod, number: nextNumber)
        (turns[pod.key], nextNumber) = (nextNumber, nextNumber + 1)
        heap.append(turn)
        siftUp()
    }
    /// Whether the pod waits in any way.
    func contains(_ key: String) -> Bool { turns[key] != nil || resting[key] != nil || stuck[key] != nil }
    /// A pod that needs no node any more.
    mutating func remove(_ key: String) { (turns[key], resting[key], stuck[key], attempts[key]) = (nil, nil, nil, nil) }

    /// The pod whose turn it is.
    mutating func pop() -> SchedulingPod? {
        while let turn = removeFirst() {
            guard turns[turn.pod.key] == turn.number else { continue }
            turns[turn.pod.key] = nil
            return turn.pod
        }
        return nil
    }
    /// A pod that found no node: it waits until something changes that could help.
    mutating func setAside(_ pod: SchedulingPod, _ diagnosis: Diagnosis, now: Timestamp) {
        attempts[pod.key] = ((attempts[pod.key]?.count ?? 0) + 1, now)
        stuck[pod.key] = Stuck(
            pod: pod, waitsForRoom: diagnosis.waitsForRoom, waitsForCompany: diagnosis.waitsForCompany, since: now)
    }
    /// A pod that could not be bound: it is tried again after a rest.
    mutating func retry(_ pod: SchedulingPod, now: Timestamp) {
        attempts[pod.key] = ((attempts[pod.key]?.count ?? 0) + 1, now)
        resting[pod.key] = (pod, now + rest(pod.key))
    }
    private func rest(_ key: String) -> Duration {
        let count = attempts[key]?.count ?? 1
        return min(longestRest, firstRest * (1 << min(count - 1, 10)))
    }

    /// Wakes the pods that the news could help.
    mutating func wake(_ news: News, now: Timestamp) {
        guard !stuck.isEmpty else { return }
        let helped = stuck.values.filter { waiting in
            switch news {
            case .node: true
            case .room: waiting.waitsForRoom
            case .company: waiting.waitsForCompany
            }
        }
        for waiting in helped.sorted(by: { $0.since < $1.since }) { release(waiting.pod, now) }
    }
    private mutating func release(_ pod: SchedulingPod, _ now: Timestamp) {
        stuck[pod.key] = nil
        let until = (attempts[pod.key]?.last ?? now) + rest(pod.key)
        if until <= now { add(pod) } else { resting[pod.key] = (pod, until) }
    }

    /// Wakes the pods whose rest is over, and those for which nothing has changed for too long.
    mutating func advance(now: Timestamp) {
        let rested = resting.values.filter { $0.until <= now }.sorted { $0.until < $1.until }
        for (pod, _) in rested { add(pod) }
        for waiting in stuck.values.filter({ $0.since + longestStuck <= now }) { add(waiting.pod) }
    }
    /// When `advance` has something to do.
    var nextDeadline: Timestamp? {
        let rest = resting.values.map(\.until).min()
        let release = stuck.values.map { $0.since + longestStuck }.min()
        return [rest, release].compactMap { $0 }.min()
    }

    private mutating func siftUp() {
        var index = heap.count - 1
        while index > 0, heap[index].isBefore(heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }
    private mutating func removeFirst() -> Turn? {
        guard !heap.isEmpty else { return nil }
        heap.swapAt(0, heap.count - 1)
        let first = heap.removeLast()
        var index = 0
        while true {
            var next = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].isBefore(heap[next]) { next = child }
            if next == index { return first }
            heap.swapAt(index, next)
            index = next
        }
    }
}
