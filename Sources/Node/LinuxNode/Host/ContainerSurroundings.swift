import Control
package import Documents
package import Kubelet
import Linux

extension LinuxPodHost {
    package func containerConfig(
        for container: Value, of pod: Value, attempt: Int, image: RuntimeImage, addresses: [String], target: String?
    ) async throws(PodHostError) -> ContainerConfig {
        let text = PodText(pod)
        var sources = await objects.sources(for: PodReferencedObjects(environmentOf: container), namespace: text.namespace)
        do {
            sources.services = try await services.relevant(to: text.namespace)
        } catch {
            throw .config("services have not yet been read at least once, cannot construct envvars")
        }
        let plan = try ContainerPlan(container, of: pod, sources: sources, addresses: addresses, settings: settings)
        var config = try plan.config(attempt: attempt, image: image, target: target)
        let volumes = try await places(pod)
        let planned = try MountPlan.plan(container, volumes: volumes, environment: plan.environment, settings: settings)
        config.mounts = try await mounts(planned, config.name, text.uid)
        for device in container["volumeDevices"].items {
            guard let volume = volumes[device["name"].string ?? ""] else { continue }
            var node = ContainerDevice()
            (node.hostPath, node.containerPath) = (volume.path, device["devicePath"].string ?? "")
            node.permissions = volume.isReadOnly ? "r" : "mrw"
            config.devices.append(node)
        }
        if !MountPlan.covers(container, "/etc/hosts"), !addresses.isEmpty || text.isHostNetwork {
            config.mounts.append(try await hostsFile(pod, addresses))
        }
        if let message = try await terminationFile(container, text.uid, attempt) { config.mounts.append(message) }
        let logs = "\(settings.logDirectory)/\(text.logDirectory)/\(config.name)"
        try await work { () throws(SystemError) in try Files.makeFolders(logs) }
        return config
    }

    /// The mounts with their sub-paths looked up.
    private func mounts(_ planned: [PlannedMount], _ container: String, _ uid: String) async throws(PodHostError) -> [ContainerMount] {
        var mounts: [ContainerMount] = []
        for mount in planned {
            var source = mount.volumePath
            if !mount.subpath.isEmpty {
                let place = settings.paths(uid).subpath(mount.volume, container, mount.index)
                try await blocking { () throws(PodHostError) in
                    try SubpathBinder.bind(mount, in: container, at: place)
                }
                source = place
            }
            var result = ContainerMount(source, at: mount.containerPath, isReadOnly: mount.isReadOnly)
            result.propagation = mount.propagation
            mounts.append(result)
        }
        return mounts
    }

    private func hostsFile(_ pod: Value, _ addresses: [String]) async throws(PodHostError) -> ContainerMount {
        let node = PodText(pod).isHostNetwork ? ((try? Files.read(settings.hostsFile)) ?? []) : []
        let hostname = try PodHostname(pod, settings: settings)
        let text = HostsFile.text(pod, hostname: hostname, addresses: addresses, node: String(decoding: node, as: UTF8.self))
        let path = settings.paths(PodText(pod).uid).hosts
        try await work { () throws(SystemError) in
            let bytes = Array(text.utf8)
            if (try? Files.read(path)) != bytes { try Files.replace(path, bytes) }
        }
        return ContainerMount(path, at: "/etc/hosts")
    }

    /// A file that everyone may write to, for the container's last words; nil when it wants none.
    private func terminationFile(_ container: Value, _ uid: String, _ attempt: Int) async throws(PodHostError) -> ContainerMount? {
        guard let target = container["terminationMessagePath"].string, !target.isEmpty, let name = container["name"].string else {
            return nil
        }
        let paths = settings.paths(uid)
        let path = paths.terminationMessage(name, attempt: attempt)
        try await work { () throws(SystemError) in
            try Files.makeFolders(paths.terminationFolder(name), mode: 0o750)
            try VolumeMaker.makeOpenFile(path)
        }
        return ContainerMount(path, at: target)
    }

    package func terminationMessage(of container: Value, in pod: Value, status: ContainerStatus) async -> String {
        let text = PodText(pod)
        let name = container["name"].string ?? ""
        let file = settings.paths(text.uid).terminationMessage(name, attempt: status.attempt)
        let log = "\(settings.logDirectory)/\(text.logDirectory)/\(name)/\(status.attempt).log"
        let failed = status.exitCode != 0 || status.reason == "OOMKilled"
        let (last, lines) = await maker.run { (FileTail.read(file, 4096), FileTail.read(log, 64 << 10)) }
        return TerminationMessages.choose(container: container, pod: pod, file: last, log: lines, failed: failed)
    }
}
