import Control
import Documents
import KubeClient
import KubeModel
import Synchronization

/// Counters that several clients increment by compare-and-swap. Every increment leaves its mark beside the number, so a lost update shows
/// in both.
final class Counters: Sendable {
    private struct Marks {
        var acknowledged = Set<String>()
    }
    private static let namespace = "default"
    private let names: [String]
    private let state = Mutex<[String: Marks]>([:])

    init(count: Int) { names = (0..<count).map { "counter-\($0)" } }

    /// Reads a counter and writes the next number, under the revision that was read.
    func increment(_ client: KubeClient, mark: String, _ random: RandomSource) async -> String {
        let name = names[random.int(in: names.indices)]
        do throws(KubeClientError) {
            var counter = try await current(client, name)
            counter["data"]["count"] = .string(String((counter["data"]["count"].string.flatMap { Int($0) } ?? 0) + 1))
            counter["data"][mark] = "1"
            let isNew = counter["metadata"]["uid"].isNull
            let outcome = await write(client, counter, isNew: isNew)
            state.withLock { state in
                switch outcome {
                case .done: state[name, default: Marks()].acknowledged.insert(mark)
                // The network may have brought the request twice: the second one's conflict says nothing of the first.
                case .refused, .unknown: break
                }
            }
            return "\(name): \(outcome)"
        } catch { return "\(name): not read" }
    }
    private func current(_ client: KubeClient, _ name: String) async throws(KubeClientError) -> Value {
        do throws(KubeClientError) { return try await client.get(ConfigMapFields.kind, namespace: Self.namespace, name) } catch {
            guard error.isNotFound else { throw error }
            return ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name), "namespace": "default"], "data": [:]]
        }
    }
    private func write(_ client: KubeClient, _ counter: Value, isNew: Bool) async -> Outcome {
        do throws(KubeClientError) {
            _ = isNew ? try await client.create(ConfigMapFields.kind, counter) : try await client.update(ConfigMapFields.kind, counter)
            return .done
        } catch { return Outcome(error) }
    }

    /// Compares the counters with what their writers were told.
    /// - Throws: `Violation` for a lost update; what the client throws.
    func check(_ client: KubeClient) async throws {
        for name in names {
            let marks = state.withLock { $0[name] ?? Marks() }
            let data = try await current(client, name)["data"].strings
            let found = Set(data.keys).subtracting(["count"])
            if let lost = marks.acknowledged.subtracting(found).min() { throw Violation("\(name) lost the acknowledged increment \(lost)") }
            let count = data["count"].flatMap { Int($0) } ?? 0
            guard count == found.count else { throw Violation("\(name) shows \(count) after \(found.count) increments") }
        }
    }
}
