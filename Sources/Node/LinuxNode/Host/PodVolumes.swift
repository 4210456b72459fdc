import Control
import Documents
import KubeModel
import Kubelet
import Linux

extension LinuxPodHost {
    /// Makes every volume that a container mounts. - Throws: `PodHostError.volume` for the first that cannot be made.
    func makeVolumes(_ pod: Value) async throws(PodHostError) {
        for volume in Self.used(pod) {
            let name = volume["name"].string ?? ""
            do throws(PodHostError) {
                try await make(volume, pod)
            } catch {
                guard case .config(let message) = error else { throw error }
                throw .volume(name: name, message: "MountVolume.SetUp failed for volume \(name.quoted) : \(message)")
            }
        }
    }

    /// Brings the volumes whose files the node writes up to date.
    func updateVolumes(_ pod: Value) async throws(PodHostError) {
        for volume in Self.used(pod) where VolumeMaker.written.contains(where: { !volume[$0.0].isNull }) {
            let name = volume["name"].string ?? ""
            do throws(PodHostError) {
                try await write(volume, pod)
            } catch {
                guard case .config(let message) = error else { throw error }
                throw .volume(name: name, message: "MountVolume.SetUp failed for volume \(name.quoted) : \(message)")
            }
        }
    }

    /// Where the volumes are that containers mount.
    func places(_ pod: Value) async throws(PodHostError) -> [String: MountedVolume] {
        let maker = VolumeMaker(pod: pod, settings: settings)
        var places: [String: MountedVolume] = [:]
        for volume in Self.used(pod) {
            guard let name = volume["name"].string else { continue }
            if let place = maker.place(of: volume) {
                places[name] = place
            } else if let place = try await claims.place(of: volume, pod) {
                places[name] = place
            }
        }
        return places
    }

    /// The volumes that a container mounts or uses as a device. Source: desired_state_of_world_populator.go.
    static func used(_ pod: Value) -> [Value] {
        let text = PodText(pod)
        var names: Set<String> = []
        for container in text.allContainers {
            names.formUnion((container["volumeMounts"].items + container["volumeDevices"].items).compactMap { $0["name"].string })
        }
        return text.volumes.filter { names.contains($0["name"].string ?? "") }
    }

    private func make(_ volume: Value, _ pod: Value) async throws(PodHostError) {
        let volumes = VolumeMaker(pod: pod, settings: settings)
        if !volume["emptyDir"].isNull {
            let limit = memoryLimit(of: volume, pod)
            return try await blocking { () throws(PodHostError) in try volumes.makeEmptyDir(volume, memoryLimit: limit) }
        }
        if let path = volume["hostPath"]["path"].string {
            let type = volume["hostPath"]["type"].string ?? ""
            return try await blocking { () throws(PodHostError) in try HostPathVolume.check(path, type: type) }
        }
        if VolumeMaker.written.contains(where: { !volume[$0.0].isNull }) { return try await write(volume, pod) }
        guard let mount = try await claims.mount(of: volume, pod) else {
            throw .config("no volume plugin matched")
        }
        try await blocking { () throws(PodHostError) in try mount.make(for: pod) }
    }

    private func write(_ volume: Value, _ pod: Value) async throws(PodHostError) {
        let text = PodText(pod)
        let sources = await objects.sources(for: PodReferencedObjects(volume: volume), namespace: text.namespace)
        let tokens = await tokens.tokens(for: volume, of: pod)
        let addresses = pod["status"]["podIPs"].items.compactMap { $0["ip"].string }
        let payload = VolumePayload(pod: pod, sources: sources, settings: settings, addresses: addresses, tokens: tokens)
        guard let files = try payload.files(of: volume) else { return }
        let (volumes, now) = (VolumeMaker(pod: pod, settings: settings), clock.now)
        try await blocking { () throws(PodHostError) in try volumes.write(files, to: volume, at: now) }
    }

    /// Bytes that a volume in memory may take: the least of its own limit, the pod's and what pods may use of the node.
    private func memoryLimit(of volume: Value, _ pod: Value) -> Int {
        let resources = PodResources(pod: pod)
        let pooled = resources.isLimited["memory"] == true ? resources.limits["memory"] : nil
        let limits = [Quantity(volume["emptyDir"]["sizeLimit"]), pooled, settings.allocatable["memory"]]
        return limits.compactMap { $0?.units }.filter { $0 > 0 }.min() ?? 0
    }

    /// Does blocking work on the maker's thread.
    func blocking(_ body: @escaping @Sendable () throws(PodHostError) -> Void) async throws(PodHostError) {
        let failure = await maker.run { () -> PodHostError? in
            do throws(PodHostError) {
                try body()
                return nil
            } catch { return error }
        }
        if let failure { throw failure }
    }
}
