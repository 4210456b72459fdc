import AWSProtocol
import AWSServices
import Control
import Documents
import Network
import Storage

/// What an administrator does beside the AWS APIs, on their port: backups and restores of clusters.
///
/// A request carries `Authorization: Bearer` and a token of the form that clusters take, signed for this very method and path, so it
/// proves who asks without handing anybody the key. The caller must be allowed the action by IAM policies, users included, for a backup
/// holds the cluster's keys and secrets.
struct AdminDoor: HTTPHandler {
    let next: any HTTPHandler
    let credentials: any CredentialSource
    let permissions: Permissions
    let servers: Servers
    let directory: RegionDirectory
    let planes: ControlPlanes
    let services: TaskBag
    let clock: any WallClock
    let random: RandomSource

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let url = URLTarget(request.target)
        guard url.path.hasPrefix(AdminPath.prefix) else { return await next.respond(to: request) }
        do {
            guard let segments = url.segments, let path = AdminPath(segments) else { throw BackupFailure(404, "no such path") }
            try authorize(request, url.path, path)
            switch (request.method, path.action) {
            case ("GET", .backup): return try await backup(path)
            case ("POST", .restore): return try await restore(path, request.body)
            default: throw BackupFailure(405, "\(request.method) is not for this path")
            }
        } catch let failure as BackupFailure { return Self.answer(failure.status, ["message": .string(failure.description)]) } catch {
            return Self.answer(500, ["message": .string("\(error)")])
        }
    }
    private static func answer(_ status: Int, _ body: Value) -> HTTPResponse {
        HTTPResponse(status, headers: ["content-type": "application/json"], body: .bytes(JSON.encode(body)))
    }

    /// - Throws: `BackupFailure` for a caller who is nobody, or may not.
    private func authorize(_ request: HTTPRequest, _ path: String, _ wanted: AdminPath) throws {
        let words = (request.headers["authorization"] ?? "").split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else { throw BackupFailure(401, "a token is needed") }
        let verified: VerifiedToken
        do throws(SignatureError) {
            verified = try ClusterToken.verify(
                String(words[1]), cluster: AdminPath.subject(request.method, path),
                hosts: { scheme, host in servers.isMeant(by: host) || PresignedURL.isSTSHost(scheme: scheme, host: host) },
                credentials: credentials, now: clock.now)
        } catch { throw BackupFailure(401, "the token is not valid: \(error)") }
        let principal = verified.credential.principal
        guard permissions.allows(principal.entryARN, wanted.action.permission) else {
            throw BackupFailure(403, "\(principal.arn) is not authorized to perform: \(wanted.action.permission)")
        }
    }

    private func region(_ name: String) async throws -> Region {
        guard let region = try await directory.region(name) else { throw BackupFailure(404, "the region \(name) is not served") }
        return region
    }
    private func backup(_ path: AdminPath) async throws -> HTTPResponse {
        let backup = try await ClusterBackup(path.cluster, in: region(path.region), planes: planes, now: clock.now)
        let name = "backup/\(random.uuid())"
        return HTTPResponse(
            200, headers: ["content-type": "application/octet-stream"],
            body: .writer { [services] in services.run(name, BackupStream(backup: backup, writer: $0)) })
    }
    private func restore(_ path: AdminPath, _ body: Body) async throws -> HTTPResponse {
        var restore = ClusterRestore(
            into: try await region(path.region), as: path.cluster.isEmpty ? nil : path.cluster, home: planes.home,
            server: servers.identity, clock: clock, random: random)
        let made = try await restore.run(body.read())
        return Self.answer(201, ["cluster": .string(made.name), "documents": .int(Int64(made.documents))])
    }
}

/// The paths of the door: `/eyrie/v1/regions/REGION/clusters/NAME/backup`, and `…/regions/REGION/restore[/NAME]`.
package struct AdminPath: Sendable, Hashable {
    enum Action: Sendable, Hashable {
        case backup, restore
        /// The action that an IAM policy must allow.
        var permission: String {
            switch self {
            case .backup: "eyrie:BackupCluster"
            case .restore: "eyrie:RestoreCluster"
            }
        }
    }
    static let prefix = "/eyrie/v1/"
    let action: Action
    let region: String
    /// Empty for a restore under the backup's own name.
    let cluster: String

    init?(_ segments: [String]) {
        guard segments.count >= 5, Array(segments[0..<3]) == ["eyrie", "v1", "regions"] else { return nil }
        region = segments[3]
        switch (segments[4], segments.count) {
        case ("clusters", 7) where segments[6] == "backup": (action, cluster) = (.backup, segments[5])
        case ("restore", 5): (action, cluster) = (.restore, "")
        case ("restore", 6): (action, cluster) = (.restore, segments[5])
        default: return nil
        }
    }
    /// Where a cluster's backup is had.
    package static func backup(_ cluster: String, region: String) -> String { "\(prefix)regions/\(region)/clusters/\(cluster)/backup" }
    /// Where a backup is given back; `cluster` nil for its own name.
    package static func restore(_ cluster: String?, region: String) -> String {
        "\(prefix)regions/\(region)/restore" + (cluster.map { "/\($0)" } ?? "")
    }
    /// What a token is signed for: one method on one path.
    package static func subject(_ method: String, _ path: String) -> String { "eyrie \(method) \(path)" }
}
