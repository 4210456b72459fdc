import Documents
import Storage

/// Claims of Services' addresses and node ports where several servers give them away: whoever creates a claim's key has it.
///
/// A claim is made before its Service is written and given back after that is gone, so a server that dies in between leaves a claim too
/// many and never one too few; `Upkeep` removes those. Source: upstream's IPAddress objects and its repair loops.
struct ServiceClaims: Sendable {
    static let prefix = "eyrie/claims/services/"
    let realm: Realm

    /// The claim of an address or of a node port.
    static func key(address: String) -> String { "\(prefix)addresses/\(address)" }
    static func key(port: Int) -> String { "\(prefix)ports/\(port)" }

    /// The key of the Service that a claim is for; nil when nobody has claimed it.
    static func owner(_ key: String, in snapshot: Snapshot) -> String? { snapshot.get(key)?.value["owner"].string }

    /// Makes a claim. False when another Service has it; a snapshot taken afterwards shows whose.
    func take(_ key: String, for owner: String) async throws(StorageError) -> Bool {
        do throws(StorageError) {
            _ = try await realm.commit(Write(key, .put(Encoded(document: ["owner": .string(owner)])), if: .absent))
            return true
        } catch {
            guard case .exists = error else { throw error }
        }
        try await realm.current()
        return Self.owner(key, in: realm.snapshot()) == owner
    }
    /// Gives a claim back, if it is the owner's. What fails is left for the upkeep.
    func release(_ key: String, of owner: String) async {
        guard let entry = realm.snapshot().get(key), entry.value["owner"].string == owner else { return }
        _ = try? await realm.commit(Write(key, .delete, if: .revision(entry.revision)))
    }

    /// Claims what stored Services hold without a claim, as after a move from a store of one process, and removes claims that were
    /// stale before and still are.
    /// - Parameters:
    ///   - held: the claims that a Service's document needs.
    ///   - stale: the claims without a Service at the last call, by key; those of this call afterwards.
    func repair(held: (Value) -> [String], stale: inout [String: Revision]) async {
        let snapshot = realm.snapshot()
        var needed: [String: String] = [:]
        snapshot.forEach(prefix: ServiceAllocator.prefix) { entry in
            for key in held(entry.value) { needed[key] = entry.key }
        }
        for (key, owner) in needed where snapshot.get(key) == nil { _ = try? await take(key, for: owner) }
        var found: [String: Revision] = [:]
        for entry in snapshot.range(prefix: Self.prefix) where needed[entry.key] != entry.value["owner"].string {
            if stale[entry.key] == entry.revision {
                _ = try? await realm.commit(Write(entry.key, .delete, if: .revision(entry.revision)))
            } else {
                found[entry.key] = entry.revision
            }
        }
        stale = found
    }
}
