import AWSProtocol
import Control
import Documents
import Eksctl
import Glibc
import Network

/// The session of the commands: the region's endpoint, the credentials and the files that they use.
enum Client {
    static func session(program: String, home: DataDirectory, loops: EventLoopGroup) throws -> Session {
        let clock = SystemClock()
        let region =
            DataDirectory.variable("AWS_REGION") ?? DataDirectory.variable("AWS_DEFAULT_REGION") ?? home.state?.regions.first ?? "us-west-2"
        let kubeconfig = DataDirectory.variable("KUBECONFIG")?.split(separator: ":").first.map(String.init) ?? home.kubeconfig
        return Session(
            aws: { region in
                let endpoint = try endpoint(home)
                let transport = try HTTPClient(endpoint: endpoint, trust: .system, loops: loops)
                return AWSClient(
                    transport: transport, credential: try credential(home), region: region, clock: clock, host: host(of: endpoint))
            },
            cluster: { endpoint, authority in try HTTPClient(endpoint: endpoint, trust: .caPEM(authority), loops: loops) },
            token: { cluster, region in
                ClusterToken.make(
                    cluster: cluster, stsBase: "https://sts.\(region).amazonaws.com", credential: try credential(home), region: region,
                    now: clock.now)
            },
            clock: clock, random: RandomSource(), region: region, kubeconfigPath: kubeconfig, tokenCommand: ownPath(),
            tokenEnvironment: ["EYRIE_DATA_DIR": home.path], keyDirectory: home.keys, program: program, version: Eyrie.version,
            output: Terminal.output)
    }

    /// The region's AWS endpoint: $EYRIE_ENDPOINT, or that of the server of the data directory, or where there is none the
    /// endpoint of the AWS SDKs' own variable.
    static func endpoint(_ home: DataDirectory) throws -> String {
        if let set = DataDirectory.variable("EYRIE_ENDPOINT") { return set }
        if home.state?.isAlive != true, let set = DataDirectory.variable("AWS_ENDPOINT_URL") { return set }
        guard let state = home.state else { throw UsageError("no region was started in \(home.path); start one with 'eyrie up'") }
        guard state.isAlive else { throw UsageError("the region in \(home.path) is not running; start it with 'eyrie up'") }
        return state.endpoint
    }
    static func host(of endpoint: String) -> String {
        endpoint.split(separator: "/").dropFirst().first.map(String.init) ?? "localhost"
    }

    /// The access key of the environment, or of the profile that the region wrote.
    /// - Throws: `UsageError` when there is neither.
    static func credential(_ home: DataDirectory) throws -> SigningCredential {
        if let key = DataDirectory.variable("AWS_ACCESS_KEY_ID"), let secret = DataDirectory.variable("AWS_SECRET_ACCESS_KEY") {
            return SigningCredential(accessKey: key, secret: secret, sessionToken: DataDirectory.variable("AWS_SESSION_TOKEN"))
        }
        let file = DataDirectory.variable("AWS_SHARED_CREDENTIALS_FILE") ?? home.awsCredentials
        let profile = DataDirectory.variable("AWS_PROFILE") ?? Profile.name
        let section = Profile.section(profile, of: TextFile.read(file) ?? "")
        guard let key = section["aws_access_key_id"], let secret = section["aws_secret_access_key"] else {
            throw UsageError("no credentials of profile \"\(profile)\" in \(file)")
        }
        return SigningCredential(accessKey: key, secret: secret, sessionToken: section["aws_session_token"])
    }

    /// Where this program lies, for files that name it.
    static func ownPath() -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : "eyrie"
    }
}
