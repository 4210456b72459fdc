import Glibc
import Synchronization

/// One part of a fleet's run: tells how far it is, and what it has cost.
struct Stage {
    private let what: String
    private let count: Int
    private let mostMemory: Int
    private let (began, cpu): (Double, Double)
    private let before: Int
    private var told: Double
    private var (progress, moved): (Int, Double)
    /// How often progress is told, and how long nothing may happen, in seconds.
    private static let interval = 10.0, patience = 900.0

    /// - Parameter mostMemory: resident bytes above which the run has failed.
    init(_ what: String, _ count: Int, _ mostMemory: Int) throws {
        (self.what, self.count, self.mostMemory) = (what, count, mostMemory)
        (began, cpu, before) = (seconds(), ownProcessorSeconds(), try Self.resident())
        (told, progress, moved) = (began, 0, began)
    }

    /// Tells now and then how many there are.
    /// - Throws: `BenchError` when memory is used up, or nothing has moved for long.
    mutating func tell(_ number: Int) throws {
        let (now, memory) = (seconds(), try Self.resident())
        guard memory <= mostMemory else { throw BenchError("\(number) of \(count) \(what), and \(memory >> 20) MiB are used") }
        if number != progress { (progress, moved) = (number, now) }
        guard now - moved < Self.patience else {
            throw BenchError("\(number) of \(count) \(what), and no more for \(fixed(now - moved, 0)) s")
        }
        guard now - told >= Self.interval else { return }
        told = now
        let used = (ownProcessorSeconds() - cpu) / Double(max(1, number)) * 1e6
        say("  \(number) of \(count) \(what) after \(fixed(now - began, 0)) s, \(memory >> 20) MiB, CPU \(fixed(used, 0)) us each")
    }

    /// Tells what the whole part has cost.
    func end() {
        let (time, used, after) = (seconds() - began, ownProcessorSeconds() - cpu, (try? Self.resident()) ?? 0)
        var line = "\(count) \(what): \(fixed(time, 1)) s, memory \(after >> 20) MiB"
        if count > 0 {
            let more = Double(after - before) / Double(count) / 1024
            line += ", \(fixed(more, 1)) KiB more each, CPU \(fixed(used / Double(count) * 1e6, 0)) us each"
        }
        say(line)
    }

    private static func resident() throws -> Int {
        guard let usage = ServerProcess(id: Int(getpid())).usage() else { throw BenchError("/proc tells nothing of this process") }
        return usage.residentBytes
    }
}

/// The tasks of a run, to be ended together.
final class Tasks: Sendable {
    private let tasks = Mutex<[Task<Void, Never>]>([])
    func add(_ task: Task<Void, Never>) { tasks.withLock { $0.append(task) } }
    func cancel() { for task in tasks.withLock({ $0 }) { task.cancel() } }
    func ended() async { for task in tasks.withLock({ $0 }) { await task.value } }
}
