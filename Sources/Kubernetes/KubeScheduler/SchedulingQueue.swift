import Control

/// Pods that wait for a node: those to be tried now, those that rest after a failure, and those for which nothing has changed since
/// they found no node. Source: upstream's PriorityQueue.
struct SchedulingQueue {
    private struct Waiting {
        let pod: SchedulingPod
        let deadline: Deadline
        var plugins: [Plugin] = []
    }
    private struct Turn: Comparable {
        let pod: SchedulingPod
        let number: Int
        static func < (left: Turn, right: Turn) -> Bool {
            if left.pod.priority != right.pod.priority { return left.pod.priority > right.pod.priority }
            if left.pod.created != right.pod.created { return left.pod.created < right.pod.created }
            return left.number < right.number
        }
        static func == (left: Turn, right: Turn) -> Bool { left.number == right.number }
    }
    /// When a pod that rests or is stuck is tried again, if it still is.
    private struct Deadline: Comparable {
        let time: Timestamp
        let number: Int
        let key: String
        static func < (left: Deadline, right: Deadline) -> Bool { (left.time, left.number) < (right.time, right.number) }
    }
    /// A pod's turn once it has rested; those of one second go by their priorities. Source: upstream's backoffQ.
    private struct Rest: Comparable {
        let turn: Turn
        let deadline: Deadline
        static func < (left: Rest, right: Rest) -> Bool {
            let (one, other) = (left.deadline.time.seconds, right.deadline.time.seconds)
            return one == other ? left.turn < right.turn : one < other
        }
        static func == (left: Rest, right: Rest) -> Bool { left.deadline == right.deadline }
    }
    private struct History {
        var attempts = 0
        var last = Timestamp(seconds: 0)
        /// The last text told, and when it may be told again.
        var told: (message: String, until: Timestamp, pause: Duration)?
    }
    /// A turn whose number is not in `turns` is void.
    private var heap = Heap<Turn>()
    private var turns: [String: Turn] = [:]
    private var resting: [String: Waiting] = [:]
    private var stuck: [String: Waiting] = [:]
    /// The stuck pods by who has refused them.
    private var refused: [Plugin: Set<String>] = [:]
    private var deadlines = Heap<Deadline>()
    /// The turns of those that rest for no error, in the seconds in which they end; void without such a rest.
    private var rests = Heap<Rest>()
    private var histories: [String: History] = [:]
    private var nextNumber = 0
    private let firstRest: Duration, longestRest: Duration, longestStuck = Duration.seconds(300)

    /// A queue whose pods rest that long after their first failure, twice as long after each further one, up to the longest.
    init(firstRest: Duration = .seconds(1), longestRest: Duration = .seconds(10)) {
        (self.firstRest, self.longestRest) = (firstRest, longestRest)
    }

    var isEmpty: Bool { turns.isEmpty }
    /// Whether a pod may rest that could be tried before its time.
    var isResting: Bool { rests.count > 0 }
    /// Pods that wait in any way.
    var count: Int { turns.count + resting.count + stuck.count }

    /// A pod that is new, or that was changed in what it asks for.
    mutating func add(_ pod: SchedulingPod) {
        resting[pod.key] = nil
        unstick(pod.key)
        let turn = Turn(pod: pod, number: nextNumber)
        turns[pod.key] = turn
        heap.insert(turn)
        nextNumber += 1
    }
    /// The pod with this key, when it waits in any way.
    func pod(_ key: String) -> SchedulingPod? { turns[key]?.pod ?? resting[key]?.pod ?? stuck[key]?.pod }
    /// A pod that needs no node any more.
    mutating func remove(_ key: String) {
        guard turns[key] != nil || histories[key] != nil || stuck[key] != nil else { return }
        (turns[key], resting[key], histories[key]) = (nil, nil, nil)
        unstick(key)
    }

    /// The pod whose turn it is.
    mutating func pop() -> SchedulingPod? {
        while let turn = heap.popLeast() {
            guard turns[turn.pod.key]?.number == turn.number else { continue }
            turns[turn.pod.key] = nil
            return turn.pod
        }
        return nil
    }
    /// The pod whose rest ends next, although it has not ended: better than that nobody has a turn. Source: SchedulerPopFromBackoffQ.
    mutating func popResting() -> SchedulingPod? {
        while let rest = rests.popLeast() {
            let key = rest.turn.pod.key
            guard let waiting = resting[key], waiting.deadline == rest.deadline else { continue }
            resting[key] = nil
            return waiting.pod
        }
        return nil
    }
    /// A pod that is not to be tried before a plugin lets it.
    mutating func hold(_ pod: SchedulingPod, for plugin: Plugin, now: Timestamp) {
        stuck[pod.key] = Waiting(pod: pod, deadline: expect(pod.key, now + longestStuck), plugins: [plugin])
        refused[plugin, default: []].insert(pod.key)
    }
    /// A pod that found no node: it waits until something changes that could help.
    mutating func setAside(_ pod: SchedulingPod, _ diagnosis: Diagnosis, now: Timestamp) {
        failed(pod.key, now)
        // Without a plugin to name, only a node can help.
        let plugins = diagnosis.plugins.isEmpty ? [.nodeResourcesFit] : diagnosis.plugins.plugins
        stuck[pod.key] = Waiting(pod: pod, deadline: expect(pod.key, now + longestStuck), plugins: plugins)
        for plugin in plugins { refused[plugin, default: []].insert(pod.key) }
    }
    /// A pod that could not be bound: it is tried again after a rest.
    mutating func retry(_ pod: SchedulingPod, now: Timestamp) {
        failed(pod.key, now)
        resting[pod.key] = Waiting(pod: pod, deadline: expect(pod.key, now + rest(pod.key)))
    }
    private mutating func failed(_ key: String, _ now: Timestamp) {
        histories[key, default: History()].attempts += 1
        histories[key]?.last = now
    }
    private func rest(_ key: String) -> Duration {
        let count = histories[key]?.attempts ?? 1
        return min(longestRest, firstRest * (1 << min(max(count - 1, 0), 10)))
    }
    private mutating func unstick(_ key: String) {
        guard let waiting = stuck.removeValue(forKey: key) else { return }
        for plugin in waiting.plugins { refused[plugin]?.remove(key) }
    }

    /// Whether a failure's text is to be told of the pod: a new one at once, the same after pauses from the longest rest up to the
    /// longest time that a pod is stuck.
    mutating func tells(_ message: String, of key: String, now: Timestamp) -> Bool {
        let told = histories[key]?.told
        guard let told, told.message == message else {
            histories[key, default: History()].told = (message, now + longestRest, longestRest)
            return true
        }
        guard told.until <= now else { return false }
        let pause = min(longestStuck, told.pause * 2)
        histories[key]?.told = (message, now + pause, pause)
        return true
    }

    /// Wakes the pods that an event could help, as the plugins say that have refused them; `classes` are those of devices behind
    /// extended resources.
    mutating func wake(_ event: ClusterEvent, _ namespaces: NamespaceLabels, _ classes: [String: String], now: Timestamp) {
        guard !stuck.isEmpty else { return }
        var helped: [String: Waiting] = [:]
        for plugin in event.plugins {
            for key in refused[plugin] ?? [] where helped[key] == nil {
                if let waiting = stuck[key], event.helps(waiting.pod, refusedBy: plugin, namespaces, classes) { helped[key] = waiting }
            }
        }
        for waiting in helped.values.sorted(by: { $0.deadline < $1.deadline }) { release(waiting.pod, now) }
    }
    /// Wakes one pod, if it is stuck; after an error it rests to the end.
    mutating func activate(_ key: String, afterError: Bool = false, now: Timestamp) {
        if let waiting = stuck[key] { release(waiting.pod, afterError: afterError, now) }
    }
    private mutating func release(_ pod: SchedulingPod, afterError: Bool = false, _ now: Timestamp) {
        unstick(pod.key)
        // A pod that was never tried needs no rest.
        guard let history = histories[pod.key], history.attempts > 0 else { return add(pod) }
        let until = history.last + rest(pod.key)
        guard until > now else { return add(pod) }
        let waiting = Waiting(pod: pod, deadline: expect(pod.key, until))
        resting[pod.key] = waiting
        if afterError { return }
        rests.insert(Rest(turn: Turn(pod: pod, number: nextNumber), deadline: waiting.deadline))
        if rests.count > 2 * resting.count + 64 {
            let resting = resting
            rests.keep { resting[$0.turn.pod.key]?.deadline == $0.deadline }
        }
    }

    private mutating func expect(_ key: String, _ time: Timestamp) -> Deadline {
        let deadline = Deadline(time: time, number: nextNumber, key: key)
        nextNumber += 1
        deadlines.insert(deadline)
        if deadlines.count > 2 * (resting.count + stuck.count) + 64 {
            let (resting, stuck) = (resting, stuck)
            deadlines.keep { $0 == deadline || resting[$0.key]?.deadline == $0 || stuck[$0.key]?.deadline == $0 }
        }
        return deadline
    }
    private func isVoid(_ deadline: Deadline) -> Bool {
        resting[deadline.key]?.deadline != deadline && stuck[deadline.key]?.deadline != deadline
    }

    /// Wakes the pods whose rest is over, and those for which nothing has changed for too long.
    mutating func advance(now: Timestamp) {
        while let deadline = deadlines.least, deadline.time <= now || isVoid(deadline) {
            _ = deadlines.popLeast()
            if isVoid(deadline) { continue }
            if let pod = resting[deadline.key]?.pod ?? stuck[deadline.key]?.pod { add(pod) }
        }
    }
    /// When to call `advance` again; there may be nothing to do then.
    var nextDeadline: Timestamp? { deadlines.least?.time }
}
