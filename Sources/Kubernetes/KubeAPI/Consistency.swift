import KubeModel
import Network
import Storage

/// What a request must see where several servers write to one realm. On a realm of this process's own nothing here waits.
extension APIServer {
    /// Lets a request see what any server acknowledged before it: writes, and reads that do not content themselves with an older state.
    /// Source: Kubernetes API concepts, semantics of resourceVersion for get, list and watch.
    /// - Throws: `KubeStatus` while the store cannot be asked.
    func catchUp(_ verb: Verb, _ query: Query, _ request: HTTPRequest) async throws(KubeStatus) {
        // Callers in this process follow the realm themselves.
        guard configuration.isShared, request.peer.local == nil else { return }
        if [.get, .list, .watch].contains(verb), let text = query["resourceVersion"], let wanted = Revision(text), wanted <= realm.head {
            guard wanted != 0, !text.isEmpty else { return }
            if verb == .watch || query["resourceVersionMatch"] != nil { return }
        }
        try await catchUp()
    }
    /// The same for whatever comes.
    func catchUp() async throws(KubeStatus) {
        do throws(StorageError) { try await realm.current() } catch {
            throw .serviceUnavailable("the store cannot be reached: \(error)")
        }
    }

    /// Asks the authorisers; a refusal holds only once this server knows what the others have written, so that nobody is refused what
    /// was granted to them elsewhere. What was taken away elsewhere is known as soon as it gets here, as upstream's caches have it.
    /// - Throws: `KubeStatus` Forbidden in upstream's words.
    func permit(_ path: RequestPath, _ verb: Verb, _ query: Query, _ caller: Caller) async throws(KubeStatus) {
        do throws(KubeStatus) { return try authorize(path, verb, query, caller) } catch { try await catchUp() }
        try authorize(path, verb, query, caller)
    }
}
