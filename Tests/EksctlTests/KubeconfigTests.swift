import Control
import Documents
import Foundation
import Testing

@testable import Eksctl

/// The kubeconfig: clusters come and go, what else stands in it stays.
@Suite struct KubeconfigTests {
    private struct Unreachable: Error {}
    private let path = "\(NSTemporaryDirectory())eyrie-kubeconfig-\(UUID().uuidString)/config"

    private func session(region: String = "us-west-2") -> Session {
        Session(
            aws: { _ in throw Unreachable() }, cluster: { _, _ in throw Unreachable() }, token: { _, _ in throw Unreachable() },
            clock: ManualClock(), random: RandomSource(seed: 1), region: region, kubeconfigPath: path, tokenCommand: "/opt/eyrie",
            tokenEnvironment: ["EYRIE_DATA_DIR": "/data"], keyDirectory: "/keys", program: "eyrie", version: "1", output: { _ in })
    }
    private func cluster(_ name: String) -> Value {
        ["name": .string(name), "endpoint": "https://127.0.0.1:6443", "certificateAuthority": ["data": "Q0E="]]
    }
    private func written() throws -> Value { try #require(try YAML.parse(TextFile.read(path) ?? "").first) }

    @Test func aClusterIsMergedAndBecomesTheCurrentContext() throws {
        try Kubeconfig(session: session()).save(cluster: cluster("a"), region: "us-west-1")
        let config = try written()
        #expect(config["current-context"] == "eyrie@a.us-west-1.eksctl.io")
        #expect(config["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:6443")
        let exec = config["users"][0]["user"]["exec"]
        #expect(exec["command"] == "/opt/eyrie")
        #expect(exec["args"] == ["get-token", "--cluster-name", "a", "--region", "us-west-1"])
        #expect(exec["env"] == [["name": "EYRIE_DATA_DIR", "value": "/data"]])
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }

    @Test func savingTwiceReplacesAndOthersStay() throws {
        try TextFile.write(
            "apiVersion: v1\nkind: Config\nclusters: [{name: mine, cluster: {server: 'https://x'}}]\ncurrent-context: mine\n", to: path,
            mode: 0o600)
        let kubeconfig = Kubeconfig(session: session())
        try kubeconfig.save(cluster: cluster("a"), region: "us-west-1", setCurrent: false)
        try kubeconfig.save(cluster: cluster("a"), region: "us-west-1", setCurrent: false)
        try kubeconfig.save(cluster: cluster("b"), region: "eu-west-1", setCurrent: false)
        #expect(try written()["clusters"].items.map(\.["name"].string) == ["mine", "a.us-west-1.eksctl.io", "b.eu-west-1.eksctl.io"])
        #expect(try written()["current-context"] == "mine")
        #expect(kubeconfig.clusters().map(\.name) == ["a", "b"])
        #expect(kubeconfig.clusters().map(\.region) == ["us-west-1", "eu-west-1"])

        try kubeconfig.remove(cluster: "a", region: "us-west-1")
        #expect(try written()["clusters"].items.map(\.["name"].string) == ["mine", "b.eu-west-1.eksctl.io"])
        #expect(try written()["users"].items.count == 1)
    }

    @Test func removingTheCurrentClusterLeavesNoContext() throws {
        let kubeconfig = Kubeconfig(session: session())
        try kubeconfig.save(cluster: cluster("a"), region: "us-west-1")
        try kubeconfig.remove(cluster: "a", region: "us-west-1")
        #expect(try written()["current-context"] == "")
        #expect(kubeconfig.clusters().isEmpty)
    }

    @Test func aFileThatIsNoYAMLIsLeftAlone() throws {
        try TextFile.write("a: [", to: path, mode: 0o600)
        #expect(throws: UsageError.self) { try Kubeconfig(session: session()).save(cluster: cluster("a"), region: "us-west-1") }
        #expect(TextFile.read(path) == "a: [")
    }

    @Test func aClustersRegionIsFoundByItsName() throws {
        let session = session()
        try Kubeconfig(session: session).save(cluster: cluster("a"), region: "us-west-1")
        #expect(session.region(of: "a", asked: nil) == "us-west-1")
        #expect(session.region(of: "a", asked: "eu-west-1") == "eu-west-1")
        #expect(session.region(of: "other", asked: nil) == "us-west-2")
        #expect(session.usedRegions == ["us-west-2", "us-west-1"])
        try Kubeconfig(session: session).save(cluster: cluster("a"), region: "us-west-2")
        #expect(session.region(of: "a", asked: nil) == "us-west-2")
    }

    @Test func flagsSayWhichFileIsWritten() throws {
        let flags = KubeconfigTarget.flags + [Flag("write-kubeconfig", .toggle, "toggle writing of kubeconfig")]
        func target(_ words: String...) throws -> KubeconfigTarget? { .ofNewCluster(try Arguments(words, flags: flags)) }
        let plain = try #require(try target())
        #expect(plain.path == nil && plain.setsContext)
        let other = try #require(try target("--kubeconfig", "/tmp/other", "--set-kubeconfig-context=false"))
        #expect(other.path == "/tmp/other" && !other.setsContext)
        #expect(try target("--write-kubeconfig=false") == nil)
    }
}
