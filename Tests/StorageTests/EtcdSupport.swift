import Control
import Documents

@testable import Storage

extension EtcdBinary {
    /// The newest that is here, for what takes long.
    static let newest = all.suffix(1)
}

extension EtcdCluster {
    /// A store on the members.
    func store(_ change: (inout EtcdConfiguration) -> Void = { _ in }) async throws -> Store {
        var configuration = configuration()
        change(&configuration)
        return try await .etcd(configuration, clock: SystemClock())
    }
}

/// Adds one to a number in a document, as often as it takes; tells how often somebody else was faster.
func increment(_ realm: Realm, _ key: String) async throws -> Int {
    var conflicts = 0
    while true {
        let entry = realm.snapshot().get(key)
        let number = entry?.value["text"].string.flatMap { Int($0) } ?? 0
        do throws(StorageError) {
            try await realm.put(key, "\(number + 1)", if: entry.map { .revision($0.revision) } ?? .absent)
            return conflicts
        } catch {
            switch error {
            case .conflict, .exists: conflicts += 1
            default: throw error
            }
        }
    }
}

extension Store {
    /// What is under a store on etcd.
    var engine: EtcdEngine? { if case .shared(let engine) = backing { engine as? EtcdEngine } else { nil } }
}
