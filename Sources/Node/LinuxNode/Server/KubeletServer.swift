package import Control
package import Documents
package import KubeClient
package import Kubelet
import Network

/// The kubelet API on port 10250, for the API server and for whoever it allows; with the container logs' rotation.
/// Source: kubelet/server.
package struct KubeletServer: Service {
    private let settings: KubeletServerSettings
    private let handler: KubeletHandler
    private let certificate: ServingCertificate
    private let rotation: LogRotation
    private let limits: HTTPLimits
    private let log: Log
    private let listening: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - client: a way to the API server as the node.
    ///   - host: for the pods' control groups and volumes; nil measures containers alone.
    ///   - pods: the pods of the node with their newest status.
    ///   - probes: how often checks of pods have brought which results.
    ///   - listening: told the port.
    package init(
        settings: KubeletServerSettings, client: KubeClient, runtime: any ContainerRuntime, host: LinuxPodHost?,
        pods: @escaping @Sendable () -> [Value], probes: @escaping @Sendable () -> [ProbeCount], clock: any WallClock, random: RandomSource,
        log: Log = Log("kubelet-server"),
        listening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        (self.settings, self.log, self.listening) = (settings, log, listening)
        let stats = NodeStats(settings: settings, runtime: runtime, host: host, pods: pods, clock: clock)
        handler = KubeletHandler(
            settings: settings, runtime: runtime, pods: pods, probes: probes, stats: stats,
            authentication: CallerAuthentication(client: client, clock: clock),
            authorization: CallerAuthorization(client: client, clock: clock), clock: clock)
        certificate = ServingCertificate(settings: settings, client: client, clock: clock, random: random)
        rotation = LogRotation(
            runtime: runtime, clock: clock, fileSize: settings.logFileSize, files: settings.logFiles, links: settings.containerLogFolder)
        limits = HTTPLimits()
    }

    /// Serves until cancelled. - Throws: `HTTPError` for an address that cannot be had.
    package func run() async throws {
        let (tls, renewal) = try certificate.first()
        let server = HTTPServer(
            HTTPServer.Configuration(host: settings.host, port: settings.port, tls: tls, limits: limits), handler: handler)
        listening(try await server.start())
        let (certificate, rotation, log) = (certificate, rotation, log)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await certificate.keep(from: renewal) { tls in
                        do throws(HTTPError) {
                            try server.replace(tls: tls)
                        } catch {
                            log.error("serving certificate cannot be used", ["error": "\(error)"])
                        }
                    }
                }
                group.addTask { try await rotation.run() }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            await server.stop()
            throw error
        }
    }
}
