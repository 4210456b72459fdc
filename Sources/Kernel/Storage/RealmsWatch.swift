import Synchronization

/// One who wants to know which realms there are.
final class RealmsWatch: Sendable {
    let cancelled = Atomic(false)
    private let sink: @Sendable ([String]) -> Void
    /// What was told last: a realm that could not be made changes nothing.
    private let told = Mutex<[String]?>(nil)

    init(_ sink: @escaping @Sendable ([String]) -> Void) { self.sink = sink }

    func deliver(_ names: [String]) {
        let isNew = told.withLock { told in
            defer { told = names }
            return told != names
        }
        if isNew, !cancelled.load(ordering: .acquiring) { sink(names) }
    }
}
