import Cryptography
import Documents
import KubeModel
import Testing

@testable import Kubelet

@Suite struct LastWordsTests {
    private func choose(_ policy: String, file: String, log: String, failed: Bool, containers: Int = 1) -> String {
        let all: [Value] = (0..<containers).map { ["name": "c\($0)"] }
        return TerminationMessages.choose(
            container: ["name": "c0", "terminationMessagePolicy": .string(policy)], pod: ConfigSample.pod(containers: all),
            file: Array(file.utf8), log: Array(log.utf8), failed: failed)
    }

    @Test func theLogSpeaksOnlyForFailedContainersWithoutAFile() {
        let log = "2026-01-01T00:00:00.1Z stdout F one\n2026-01-01T00:00:00.2Z stderr P tw\n2026-01-01T00:00:00.3Z stderr F o\n"
        #expect(choose("FallbackToLogsOnError", file: "", log: log, failed: true) == "one\ntwo\n")
        #expect(choose("FallbackToLogsOnError", file: "", log: log, failed: false) == "")
        #expect(choose("File", file: "", log: log, failed: true) == "")
        #expect(choose("FallbackToLogsOnError", file: "said", log: log, failed: true) == "said")
    }

    @Test func isCutToItsShare() {
        let long = String(repeating: "x", count: 5000)
        #expect(choose("File", file: long, log: "", failed: true).utf8.count == 4096)
        #expect(choose("File", file: long, log: "", failed: true, containers: 6).utf8.count == 2048)
        let lines = (0..<200).map { "t stdout F line \($0)\n" }.joined()
        #expect(choose("FallbackToLogsOnError", file: "", log: lines, failed: true).split(separator: "\n").count == 80)
    }
}

@Suite struct KeyringTests {
    private func secret(_ auths: Value) -> Value {
        ["data": [".dockerconfigjson": .string(Base64.encode(JSON.encode(["auths": auths])))]]
    }
    private func entry(_ user: String) -> Value { ["auth": .string(Base64.encode(Array("\(user):pass:word".utf8)))] }
    private func users(_ auths: Value, _ image: String) -> [String] {
        var keyring = RegistryKeyring()
        keyring.add(secret: secret(auths))
        return keyring.credentials(for: image).map(\.username)
    }

    @Test func matchesHostsPortsPathsAndPatterns() {
        let auths: Value = [
            "registry.test:5000": entry("port"), "https://registry.test/v2/": entry("host"), "registry.test/team": entry("team"),
            "*.dkr.ecr.*.amazonaws.com": entry("ecr"), "https://index.docker.io/v1/": entry("hub"),
        ]
        #expect(users(auths, "registry.test/team/app:1") == ["team", "host"])
        #expect(users(auths, "registry.test/other") == ["host"])
        #expect(users(auths, "registry.test:5000/app@sha256:00") == ["port"])
        #expect(users(auths, "1234.dkr.ecr.eu-west-1.amazonaws.com/app") == ["ecr"])
        #expect(users(auths, "nginx") == ["hub"] && users(auths, "docker.io/me/app:2") == ["hub"])
        #expect(users(auths, "elsewhere.test/app").isEmpty)
    }

    @Test func readsBothFormsAndSkipsBrokenOnes() {
        var keyring = RegistryKeyring()
        keyring.add(secret: ["data": [".dockercfg": .string(Base64.encode(JSON.encode(["a.test": entry("old")])))]])
        keyring.add(secret: ["data": [".dockerconfigjson": "!!"]])
        keyring.add(secret: secret(["a.test": ["username": "plain", "password": "p"], "b.test": ["auth": "???"]]))
        #expect(Set(keyring.credentials(for: "a.test/x").map(\.username)) == ["old", "plain"])
        #expect(keyring.credentials(for: "a.test/x").contains { $0.password == "pass:word" })
        #expect(keyring.credentials(for: "b.test/x").isEmpty)
    }
}
