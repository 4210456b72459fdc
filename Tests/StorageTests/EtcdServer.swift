import Control
import Cryptography
import Glibc
import Synchronization
import Testing

@testable import Storage

/// A kind of etcd that is here to test with.
struct EtcdBinary: Sendable, Hashable, CustomTestStringConvertible {
    let path: String
    let testDescription: String

    /// Those that `Tools/install-etcd` has fetched, and the system's own.
    static let all: [EtcdBinary] = {
        let clients = getenv("CLIENTS").map { String(cString: $0) } ?? ".build/clients"
        let places = [("\(clients)/etcd-3.4", "etcd 3.4"), ("\(clients)/etcd-3.5", "etcd 3.5")]
        let fetched = places.map { EtcdBinary(path: "\($0.0)/usr/bin/etcd", testDescription: $0.1) }.filter { access($0.path, X_OK) == 0 }
        let own = EtcdBinary(path: "/usr/bin/etcd", testDescription: "the system's etcd")
        return fetched.isEmpty && access(own.path, X_OK) == 0 ? [own] : fetched
    }()
}

/// The certificates of an etcd and of its clients, from an authority of their own.
struct EtcdCertificates: Sendable {
    let authority: String
    let server: (certificate: String, key: String)
    let client: (certificate: String, key: String)

    init(now: Int64) throws {
        let authority = try CertificateAuthority.make(commonName: "etcd", now: now)
        let keys = [try PrivateKey.generate(.p256), try PrivateKey.generate(.p256)]
        let server = try authority.issueServer(
            commonName: "member", names: ["localhost"], addresses: ["127.0.0.1"], key: keys[0].publicKey, now: now)
        let client = try authority.issueClient(commonName: "eyrie", organizations: [], key: keys[1].publicKey, now: now)
        self.authority = authority.certificate.pem
        self.server = (server.pem, keys[0].pem)
        self.client = (client.pem, keys[1].pem)
    }
}

/// Members of an etcd, as processes of this machine.
final class EtcdCluster: Sendable {
    private struct Member {
        let clientPort: Int
        let peerPort: Int
        var process: pid_t?
    }
    private let binary: EtcdBinary
    private let directory: String
    private let options: [String]
    private let members: Mutex<[Member]>
    let certificates: EtcdCertificates?

    /// Starts that many members below the directory.
    init(_ binary: EtcdBinary, in directory: String, members count: Int = 1, secure: Bool = false, options: [String] = []) async throws {
        (self.binary, self.directory, self.options) = (binary, directory, options)
        certificates = secure ? try EtcdCertificates(now: SystemClock().now.nanoseconds / 1_000_000_000) : nil
        members = Mutex((0..<count).map { _ in Member(clientPort: Sockets.freePort(), peerPort: Sockets.freePort()) })
        if let certificates {
            try write(certificates.authority, "ca.pem")
            try write(certificates.server.certificate, "server.pem")
            try write(certificates.server.key, "server.key")
        }
        for index in 0..<count { try start(index) }
        for index in 0..<count { try await wait(index) }
    }

    /// How a store reaches the members.
    func configuration(prefix: String = "/eyrie/") -> EtcdConfiguration {
        let scheme = certificates == nil ? "http" : "https"
        var configuration = EtcdConfiguration(endpoints: members.withLock { $0.map { "\(scheme)://127.0.0.1:\($0.clientPort)" } })
        configuration.prefix = prefix
        configuration.authorityPEM = certificates?.authority
        (configuration.certificatePEM, configuration.keyPEM) = (certificates?.client.certificate, certificates?.client.key)
        return configuration
    }

    /// Where a member listens.
    func port(_ index: Int) -> Int { members.withLock { $0[index].clientPort } }

    /// Starts a member, which has what it had.
    func start(_ index: Int) throws {
        let (member, cluster) = members.withLock { members in
            (members[index], members.indices.map { "m\($0)=http://127.0.0.1:\(members[$0].peerPort)" }.joined(separator: ","))
        }
        let scheme = certificates == nil ? "http" : "https"
        var words = [
            binary.path, "--name", "m\(index)", "--data-dir", "\(directory)/m\(index)", "--listen-client-urls",
            "\(scheme)://127.0.0.1:\(member.clientPort)", "--advertise-client-urls", "\(scheme)://127.0.0.1:\(member.clientPort)",
            "--listen-peer-urls", "http://127.0.0.1:\(member.peerPort)", "--initial-advertise-peer-urls",
            "http://127.0.0.1:\(member.peerPort)", "--initial-cluster", cluster, "--log-level", "error", "--heartbeat-interval", "50",
            "--election-timeout", "500",
        ]
        if certificates != nil {
            words += [
                "--cert-file", "\(directory)/server.pem", "--key-file", "\(directory)/server.key", "--trusted-ca-file",
                "\(directory)/ca.pem", "--client-cert-auth",
            ]
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "\(directory)/m\(index).log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }
        defer { posix_spawn_file_actions_destroy(&actions) }
        let arguments: [UnsafeMutablePointer<CChar>?] = (words + options).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        try #require(posix_spawn(&process, binary.path, &actions, nil, arguments, environ) == 0)
        members.withLock { $0[index].process = process }
    }

    /// Ends a member at once, as a loss of power would.
    func kill(_ index: Int) { signal(index, SIGKILL) }
    /// Has a member stand still, as one behind a broken network would, or go on.
    func pause(_ index: Int, _ isPaused: Bool) {
        if let process = members.withLock({ $0[index].process }) { Glibc.kill(process, isPaused ? SIGSTOP : SIGCONT) }
    }

    func stop() { for index in members.withLock({ $0.indices }) { signal(index, SIGKILL) } }

    private func signal(_ index: Int, _ number: Int32) {
        let process = members.withLock { members in
            defer { members[index].process = nil }
            return members[index].process
        }
        guard let process else { return }
        Glibc.kill(process, number)
        waitpid(process, nil, 0)
    }

    /// Waits until a member answers.
    func wait(_ index: Int) async throws {
        var single = configuration()
        single.endpoints = [single.endpoints[index]]
        let client = try EtcdClient(single, loops: EtcdEngine.loops)
        defer { client.close() }
        for _ in 0..<1200 {
            if (try? await client.range(EtcdRangeRequest(key: [1]), timeout: .seconds(1))) != nil { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("member \(index) of etcd does not answer")
    }

    private func write(_ text: String, _ name: String) throws {
        let file = open("\(directory)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let bytes = Array(text.utf8)
        try #require(file >= 0 && Glibc.write(file, bytes, bytes.count) == bytes.count)
        close(file)
    }
}

/// One etcd that is started when it is first wanted and ends with the tests' process.
actor SharedEtcd {
    private static let paths = Mutex<[(cluster: EtcdCluster, path: String)]>([])
    private static let clean: Void = {
        atexit {
            for (cluster, path) in SharedEtcd.paths.withLock({ $0 }) {
                cluster.stop()
                removeTree(path)
            }
        }
    }()
    private let binary: EtcdBinary
    private var starting: Task<EtcdCluster, any Error>?

    init(_ binary: EtcdBinary) { self.binary = binary }

    func cluster() async throws -> EtcdCluster {
        let starting =
            starting
            ?? Task { [binary] in
                _ = Self.clean
                let path = try temporaryDirectory()
                let cluster = try await EtcdCluster(binary, in: path)
                Self.paths.withLock { $0.append((cluster, path)) }
                return cluster
            }
        self.starting = starting
        return try await starting.value
    }
}

private func temporaryDirectory() throws -> String {
    var template = Array("/tmp/eyrie-etcd-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    return template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
}

/// Calls `body` with members of an etcd of its own, which are gone afterwards.
func withEtcd(
    _ binary: EtcdBinary, members: Int = 1, secure: Bool = false, options: [String] = [], _ body: (EtcdCluster) async throws -> Void
) async throws {
    let path = try temporaryDirectory()
    defer { removeTree(path) }
    let cluster = try await EtcdCluster(binary, in: path, members: members, secure: secure, options: options)
    defer { cluster.stop() }
    try await body(cluster)
}

/// Removes a directory with all that is in it.
private func removeTree(_ path: String) {
    if let folder = opendir(path) {
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { removeTree("\(path)/\(name)") }
        }
        closedir(folder)
    }
    remove(path)
}
