import Linux

/// The user's images, in the store and in every running machine of a data directory.
package struct ImageLoading: Sendable {
    private let folders: MachineFolders
    private let store: ImageStore

    /// The images of a data directory, whether its server runs or not.
    package init(folders: MachineFolders) { (self.folders, store) = (folders, ImageStore(folders: folders)) }

    /// What is stored.
    package func all() -> [ImageStore.Entry] { store.all() }
    /// Stores an archive and loads it into the running machines. Later machines begin with it.
    /// - Returns: what it holds, the machines that have it now, and those that did not take it with the reason.
    /// - Throws: `LinuxError`, `MachineFailure` for what is no image archive.
    package func add(_ file: String) async throws -> (entry: ImageStore.Entry, machines: [String], failures: [String: String]) {
        let store = store
        let entry = try await Blocking.run("images") { () throws(any Error) in try store.add(file) }
        let (machines, failures) = await each { images throws(MachineFailure) in try await images.load(entry.path) }
        return (entry, machines, failures)
    }
    /// Removes the image of that name, also from the running machines. - Returns: nil when there is none.
    /// - Throws: `LinuxError`.
    package func remove(_ name: String) async throws -> ImageStore.Entry? {
        guard let entry = try store.remove(named: name) else { return nil }
        _ = await each { images throws(MachineFailure) in try await images.remove(entry.names) }
        return entry
    }

    private func each(
        _ work: (MachineImages) async throws(MachineFailure) -> Void
    ) async -> (machines: [String], failures: [String: String]) {
        var machines: [String] = []
        var failures: [String: String] = [:]
        for instance in folders.instances() {
            guard let record = ProcessRecord(path: folders.record(of: instance)), let process = record.adopt() else { continue }
            do throws(MachineFailure) {
                try await work(MachineImages(process: process.process))
                machines.append(instance)
            } catch { failures[instance] = error.description }
        }
        return (machines, failures)
    }
}
