package import Documents
import KubeModel

/// What a container is made of, but for its mounts. Source: kuberuntime_container.go, generateContainerConfig.
package struct ContainerPlan: Sendable {
    let container: Value
    let text: PodText
    let settings: PodHostSettings
    /// The environment, which sub-paths are expanded with.
    package let environment: ContainerEnvironment

    /// - Parameter addresses: the pod's, the primary one first.
    /// - Throws: `PodHostError.config` with upstream's words.
    package init(
        _ container: Value, of pod: Value, sources: PodSources, addresses: [String], settings: PodHostSettings
    ) throws(PodHostError) {
        (self.container, text, self.settings) = (container, PodText(pod), settings)
        environment = try ContainerEnvironment(of: container, in: pod, sources: sources, addresses: addresses, settings: settings)
    }

    /// - Parameter target: the id of the container whose processes an ephemeral container sees.
    /// - Throws: `PodHostError.config` with upstream's words.
    package func config(attempt: Int, image: RuntimeImage, target: String?) throws(PodHostError) -> ContainerConfig {
        var config = ContainerConfig()
        config.name = container["name"].string ?? ""
        config.attempt = attempt
        config.image = image.id
        config.command = container["command"].items.compactMap(\.string).map(environment.expand)
        config.arguments = container["args"].items.compactMap(\.string).map(environment.expand)
        config.workingDirectory = container["workingDir"].string ?? ""
        config.environment = environment.list
        config.labels = [
            RuntimeLabel.containerName: config.name, RuntimeLabel.podName: text.name, RuntimeLabel.podNamespace: text.namespace,
            RuntimeLabel.podUID: text.uid,
        ]
        config.annotations = annotations(attempt)
        config.logPath = "\(config.name)/\(attempt).log"
        config.stdin = container["stdin"].bool ?? false
        config.stdinOnce = container["stdinOnce"].bool ?? false
        config.tty = container["tty"].bool ?? false
        config.resources = ContainerResources.plan(container, text, settings)
        config.security = try SecurityPlan(text: text, container: container).config(image: image, target: target)
        return config
    }

    private func annotations(_ attempt: Int) -> [String: String] {
        var result = [
            "io.kubernetes.container.restartCount": String(attempt),
            "io.kubernetes.container.terminationMessagePath": container["terminationMessagePath"].string ?? "",
            "io.kubernetes.container.terminationMessagePolicy": container["terminationMessagePolicy"].string ?? "",
        ]
        if let seconds = text.pod["metadata"]["deletionGracePeriodSeconds"].int {
            result["io.kubernetes.pod.deletionGracePeriod"] = String(seconds)
        }
        if let seconds = text.spec["terminationGracePeriodSeconds"].int {
            result["io.kubernetes.pod.terminationGracePeriod"] = String(seconds)
        }
        let hook = container["lifecycle"]["preStop"]
        if !hook.isNull { result["io.kubernetes.container.preStopHandler"] = JSON.text(hook, pretty: false) }
        if !container["ports"].items.isEmpty { result["io.kubernetes.container.ports"] = JSON.text(container["ports"], pretty: false) }
        return result
    }
}
