import Control
import Documents
import KubeClient
import KubeModel
import Testing

@testable import Kubelet

@Suite struct ImageTests {
    private static func main(_ image: String, _ policy: String) -> Value {
        ["containers": [["name": "main", "image": .string(image), "imagePullPolicy": .string(policy)]]]
    }

    @Test func pullsWhatIsNotThereAndTellsHowLongItTook() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("web", Self.main("redis:7", "IfNotPresent"))
            _ = try await bed.pod("web") { $0.isReady }
            #expect(try await bed.event(about: "web", "Pulling") == "Pulling: Pulling image \"redis:7\"")
            let pulled = try await bed.event(about: "web", "Pulled")
            #expect(pulled.hasPrefix("Pulled: Successfully pulled image \"redis:7\" in "))
            #expect(pulled.hasSuffix("including waiting). Image size: 1000 bytes."))
            try await bed.run("again", Self.main("redis:7", "Always"))
            _ = try await bed.pod("again") { $0.isReady }
            #expect(bed.runtime.calls.filter { $0.hasPrefix("pull redis:7") }.count == 2)
        }
    }

    @Test func backsOffFromAnImageThatCannotBePulled() async throws {
        let bed = try await KubeletBed()
        let problem = "failed to pull and unpack image \"docker.io/library/typo:1\": not found"
        bed.runtime.change { $0.pullFailures["typo:1"] = .failed(code: "NotFound", message: problem) }
        try await bed.with {
            try await bed.run("web", Self.main("typo:1", "IfNotPresent"))
            let failing = try await bed.pod("web") { $0.waiting() == "ErrImagePull" }
            #expect(failing.phase == "Pending")
            #expect(failing.container("main")["state"]["waiting"]["message"] == .string("rpc error: code = NotFound desc = \(problem)"))
            let waiting = try await bed.pod("web") { $0.waiting() == "ImagePullBackOff" }
            #expect(
                waiting.container("main")["state"]["waiting"]["message"]
                    == .string("Back-off pulling image \"typo:1\": ErrImagePull: rpc error: code = NotFound desc = \(problem)"))
            #expect(
                try await bed.event(about: "web", "Failed")
                    == "Failed: Failed to pull image \"typo:1\": rpc error: code = NotFound desc = \(problem)")
            _ = try await bed.event(about: "web", "Failed: Error: ErrImagePull")
            _ = try await bed.event(about: "web", "Failed: Error: ImagePullBackOff")
            _ = try await bed.event(about: "web", "BackOff: Back-off pulling image \"typo:1\"")
            let before = bed.runtime.calls.filter { $0.hasPrefix("pull") }.count
            try await bed.pass(.seconds(5))
            #expect(bed.runtime.calls.filter { $0.hasPrefix("pull") }.count == before)
            bed.runtime.change { $0.pullFailures = [:] }
            _ = try await bed.pod("web") { $0.isReady }
        }
    }

    @Test func refusesBadNamesAndKeepsToTheRuleNever() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            try await bed.run("odd", Self.main("Nginx::1", "IfNotPresent"))
            try await bed.run("never", Self.main("redis:7", "Never"))
            let odd = try await bed.pod("odd") { $0.waiting() == "InvalidImageName" }
            #expect(
                odd.container("main")["state"]["waiting"]["message"]
                    == "Failed to apply default image tag \"Nginx::1\": couldn't parse image name \"Nginx::1\": invalid reference format")
            _ = try await bed.pod("never") { $0.waiting() == "ErrImageNeverPull" }
            _ = try await bed.event(
                about: "never", "ErrImageNeverPull: Container image \"redis:7\" is not present with pull policy of Never")
        }
    }

    @Test func triesTheCredentialsInTurn() async throws {
        let bed = try await KubeletBed()
        bed.host.change { $0.credentials = [RegistryCredential(username: "alice", password: "x")] }
        try await bed.with {
            try await bed.run("web", Self.main("private:1", "IfNotPresent"))
            _ = try await bed.pod("web") { $0.isReady }
            #expect(bed.runtime.calls.contains("pull private:1 alice"))
        }
    }

    @Test func pullsAnImageOnceForPodsThatNeedItAtTheSameTime() async throws {
        let bed = try await KubeletBed()
        try await bed.with {
            for index in 0..<4 { try await bed.run("web-\(index)", Self.main("redis:7", "IfNotPresent")) }
            for index in 0..<4 { _ = try await bed.pod("web-\(index)") { $0.isReady } }
            #expect(bed.runtime.calls.filter { $0.hasPrefix("pull redis:7") }.count == 1)
        }
    }
}
