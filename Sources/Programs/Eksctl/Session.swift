package import AWSProtocol
package import Control
import Documents
import KubeClient
package import Network

/// What the commands work with: the region's AWS endpoint, the user's files and terminal.
package struct Session: Sendable {
    /// A client of the region's AWS endpoint, signing as the user.
    package let aws: @Sendable (_ region: String) throws -> AWSClient
    /// A transport to a cluster's API server (its endpoint and CA in PEM).
    package let cluster: @Sendable (_ endpoint: String, _ authority: String) throws -> any HTTPTransport
    /// A fresh `k8s-aws-v1.` token for the cluster.
    package let token: @Sendable (_ cluster: String, _ region: String) throws -> String
    package let clock: any WallClock
    package let random: RandomSource
    /// The region that is meant when neither flag nor configuration says one.
    package let region: String
    /// The file that clusters are merged into.
    package let kubeconfigPath: String
    /// The command and environment that kubectl runs to get a token.
    package let tokenCommand: String
    package let tokenEnvironment: [String: String]
    /// Where private keys of created key pairs go.
    package let keyDirectory: String
    /// The name that the user called the program by: `eyrie` or `eksctl`.
    package let program: String
    package let version: String
    /// Writes a line to the terminal.
    package let output: @Sendable (String) -> Void

    package init(
        aws: @escaping @Sendable (String) throws -> AWSClient,
        cluster: @escaping @Sendable (String, String) throws -> any HTTPTransport,
        token: @escaping @Sendable (String, String) throws -> String, clock: any WallClock, random: RandomSource, region: String,
        kubeconfigPath: String, tokenCommand: String, tokenEnvironment: [String: String], keyDirectory: String, program: String,
        version: String, output: @escaping @Sendable (String) -> Void
    ) {
        (self.aws, self.cluster, self.token, self.clock, self.random, self.region) = (aws, cluster, token, clock, random, region)
        (self.kubeconfigPath, self.tokenCommand, self.tokenEnvironment) = (kubeconfigPath, tokenCommand, tokenEnvironment)
        (self.keyDirectory, self.program, self.version, self.output) = (keyDirectory, program, version, output)
    }

    /// The region of a cluster: the one asked for, else that under which the kubeconfig knows the cluster, else the default.
    package func region(of cluster: String?, asked: String?) -> String {
        if let asked { return asked }
        let known = Kubeconfig(session: self).clusters().filter { $0.name == cluster }.map(\.region)
        return known.contains(region) ? region : known.first ?? region
    }
    /// The default region, and those of the clusters in the kubeconfig.
    package var usedRegions: [String] {
        let others = Set(Kubeconfig(session: self).clusters().map(\.region)).subtracting([region])
        return [region] + others.sorted()
    }
    /// Writes a text as it is.
    package func print(_ text: String) { output(text) }
    /// A progress line in eksctl's form: `2026-11-21 05:00:00 [ℹ]  text`.
    package func info(_ text: String) { progress("ℹ", text) }
    /// A progress line of something that succeeded.
    package func success(_ text: String) { progress("✔", text) }
    /// A progress line of something that the user should look at.
    package func warning(_ text: String) { progress("!", text) }
    private func progress(_ mark: String, _ text: String) {
        let now = clock.now.text
        output("\(now.prefix(10)) \(now.dropFirst(11).prefix(8)) [\(mark)]  \(text)")
    }
}
