import Control
import Documents
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Synchronization
import Testing

/// A story that controllers are to carry out, whenever they are killed meanwhile.
struct Scenario: Sendable, CustomTestStringConvertible {
    /// Something that somebody does, and how long the world goes on after it.
    struct Step: Sendable {
        let seconds: Int
        let act: @Sendable (KubeBed) throws -> Void
    }
    let name: String
    let controllers: [any Controller]
    let kubelets: [any Controller]
    let steps: [Step]
    /// How long the controllers that come after have to settle.
    let rest: Int
    /// What performs the controllers' effects, by the writer that is theirs.
    let effects: (@Sendable (KubeBed, any ChangeWriter) -> any EffectPerformer)?

    init(
        _ name: String, _ controllers: [any Controller], kubelets: [any Controller] = [InstantKubelet()], rest: Int = 60,
        effects: (@Sendable (KubeBed, any ChangeWriter) -> any EffectPerformer)? = nil,
        _ steps: [(Int, @Sendable (KubeBed) throws -> Void)]
    ) {
        (self.name, self.controllers, self.kubelets, self.rest, self.effects) = (name, controllers, kubelets, rest, effects)
        self.steps = steps.map { Step(seconds: $0.0, act: $0.1) }
    }
    var testDescription: String { name }
}

/// Plays scenarios. The controllers run in a process of their own, which dies without a word behind any of its writes.
struct DeathBed {
    let scenario: Scenario

    /// Expects the same end after a death behind each of the writes.
    func dieEverywhere() async throws {
        let (end, writes) = try await life()
        #expect(writes > 0 && end.count > 1, "\(writes) writes lead to \(end.count) documents")
        for number in 1...max(1, writes) {
            let other = try await self.end(dyingAfter: number)
            let (lost, new) = (end.filter { !other.contains($0) }, other.filter { !end.contains($0) })
            #expect(other == end, "dead after \(number) of \(writes) writes: \(lost) became \(new)")
            if other != end { return }
        }
    }

    /// The end when nobody dies, and how many writes it takes.
    func life() async throws -> (end: [String], writes: Int) {
        let writer = Mutex<DoomedWriter?>(nil)
        let end = try await play(dying: .max) { doomed in writer.withLock { $0 = doomed } }
        return (end, writer.withLock { $0?.count ?? 0 })
    }
    /// The end when the controllers die after so many writes, the last of which they never hear of.
    func end(dyingAfter writes: Int) async throws -> [String] { try await play(dying: writes) { _ in } }

    private func play(dying writes: Int, _ told: (DoomedWriter) -> Void) async throws -> [String] {
        let bed = try await KubeBed(seed: 1)
        bed.start(scenario.kubelets)
        let process = SeededExecutor.Branch(of: bed.executor)
        let doomed = DoomedWriter(bed.writer, process, lives: writes)
        told(doomed)
        bed.live(scenario.controllers, on: process, doomed, effects: scenario.effects?(bed, doomed))
        var isAlive = true
        func pass(_ seconds: Int) -> Bool {
            let wasAlive = isAlive
            for _ in 0..<seconds {
                bed.advance(.seconds(1))
                guard isAlive, doomed.isDead else { continue }
                isAlive = false
                bed.start(scenario.controllers, effects: scenario.effects?(bed, bed.writer))
            }
            return wasAlive != isAlive
        }
        for step in scenario.steps {
            try step.act(bed)
            _ = pass(step.seconds)
        }
        // Who comes after has as much time to settle as who was there before.
        if pass(scenario.rest) { _ = pass(scenario.rest) }
        let end = Fingerprint.of(bed)
        let head = bed.realm.head
        bed.advance(.seconds(30))
        #expect(bed.realm.head == head, "the world rests")
        process.kill()
        bed.stop()
        return end
    }
}

extension KubeBed {
    /// Starts controllers in a part of the executor that may be killed.
    func live(
        _ controllers: [any Controller], on process: SeededExecutor.Branch, _ writer: any ChangeWriter,
        effects: (any EffectPerformer)? = nil
    ) {
        let group = ControllerGroup(
            realm: realm, writer: writer, effects: effects, clock: clock, random: random, controllers: controllers,
            indexes: [KubeIndexes.notes], log: Log("test") { _ in })
        process.start { try? await group.run() }
        settle()
    }
}

/// Makes so many writes; then the process is gone, and the last write's answer with it.
final class DoomedWriter: ChangeWriter {
    private let writer: PlainWriter
    private let process: SeededExecutor.Branch
    private let state: Mutex<(left: Int, count: Int, isDead: Bool)>

    init(_ writer: PlainWriter, _ process: SeededExecutor.Branch, lives: Int) {
        (self.writer, self.process) = (writer, process)
        state = Mutex((lives, 0, false))
    }
    var isDead: Bool { state.withLock { $0.isDead } }
    var count: Int { state.withLock { $0.count } }

    func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision {
        guard mayWrite() else { throw .unavailable("dead") }
        let revision: Revision
        do throws(ChangeError) { revision = try await writer.apply(change, by: actor) } catch {
            // What was refused was no write.
            state.withLock { if $0.left != .max { $0.left += 1 } }
            throw error
        }
        let isLast = state.withLock { state in
            state.count += 1
            if state.left <= 0 { state.isDead = true }
            return state.isDead
        }
        if isLast { process.kill() }
        return revision
    }
    private func mayWrite() -> Bool {
        state.withLock { state in
            guard !state.isDead, state.left > 0 else { return false }
            if state.left != .max { state.left -= 1 }
            return true
        }
    }
}

/// What matters of a world: its documents without names, times and counts that chance or a second try may change.
enum Fingerprint {
    static func of(_ bed: KubeBed) -> [String] {
        let entries = bed.realm.snapshot().range(prefix: "").filter { !$0.key.hasPrefix("core/events/") }
        var names: [String: String] = [:]
        for entry in entries {
            let metadata = entry.value["metadata"]
            guard let name = metadata["name"].string else { continue }
            let shown = metadata["generateName"].string.map { name == $0 || !name.hasPrefix($0) ? name : shape(name, $0) } ?? name
            names[name] = shown
            if let uid = metadata["uid"].string { names[uid] = "uid of \(shown)" }
        }
        return entries.map { entry in
            var document = entry.value
            for field in ["resourceVersion", "generation", "creationTimestamp", "uid"] { document["metadata"][field] = .null }
            document["status"]["observedGeneration"] = .null
            return JSON.text(scrub(document, names), pretty: false)
        }.sorted()
    }
    /// A pod of a StatefulSet keeps its ordinal; a generated suffix is forgotten.
    private static func shape(_ name: String, _ prefix: String) -> String {
        let suffix = name.dropFirst(prefix.count)
        return suffix.allSatisfy(\.isNumber) ? name : prefix + "*"
    }
    private static func scrub(_ value: Value, _ names: [String: String]) -> Value {
        switch value {
        case .string(let text):
            if let name = names[String(text.suffix(36))], text.count > 36 { return .string(text.dropLast(36) + name) }
            if let name = names[text] { return .string(name) }
            if text.hasPrefix("vol-0") { return "handle" }
            // Keys and signatures are other ones each time.
            if text.hasPrefix("LS0tLS1CRUdJTiBDRVJUSUZJQ0FUR") { return "signed" }
            if Timestamp(text) != nil { return "time" }
            return text.hasPrefix("10.0.0.") ? "address" : value
        case .array(let items): return .array(items.map { scrub($0, names) }.sorted { JSON.text($0) < JSON.text($1) })
        case .object(let object):
            let members = object.sorted { $0.key < $1.key }.map { Object.Member($0.key, scrub($0.value, names)) }
            return .object(Object(members))
        default: return value
        }
    }
}
