import Documents
import KubeModel
import Testing

@testable import Kubelet

@Suite struct SecurityPlanTests {
    private func image(user: Int? = nil, name: String = "") -> RuntimeImage {
        RuntimeImage(id: "sha256:1", tags: [], digests: [], size: 0, userID: user, userName: name)
    }
    private func plan(_ own: Value, pod: Value = [:], image: RuntimeImage, spec: Value = [:]) throws(PodHostError) -> SecurityConfig {
        var spec = spec
        spec["securityContext"] = pod
        let container: Value = ["name": "web", "securityContext": own]
        return try SecurityPlan(text: PodText(ConfigSample.pod(spec, containers: [container])), container: container).config(
            image: image, target: nil)
    }

    @Test func aContainersWordGoesBeforeItsPods() throws {
        let pod: Value = [
            "runAsUser": 1000, "runAsGroup": 2000, "fsGroup": 3000, "supplementalGroups": [4, 5],
            "seccompProfile": ["type": "RuntimeDefault"],
        ]
        let inherited = try plan([:], pod: pod, image: image())
        #expect((inherited.user, inherited.group) == (1000, 2000))
        #expect(inherited.supplementalGroups == [3000, 4, 5])
        #expect(inherited.seccomp == .runtimeDefault)
        let own = try plan(
            ["runAsUser": 7, "seccompProfile": ["type": "Localhost", "localhostProfile": "a.json"], "allowPrivilegeEscalation": false],
            pod: pod, image: image())
        #expect((own.user, own.group) == (7, 2000))
        #expect(own.seccomp == .localhost("a.json") && own.forbidsNewPrivileges)
    }

    @Test func takesTheImagesUserWhereNobodyNamesOne() throws {
        #expect(try plan([:], image: image(user: 101)).user == 101)
        let named = try plan([:], image: image(name: "nginx"))
        #expect(named.user == nil && named.userName == "nginx")
        #expect(try plan(["runAsUser": 5], image: image(name: "nginx")).userName.isEmpty)
    }

    @Test func refusesRootWhereItMustNotBe() {
        func fault(_ own: Value, _ image: RuntimeImage) -> PodHostError? {
            do throws(PodHostError) { _ = try plan(own, image: image) } catch { return error }
            return nil
        }
        let place = "(pod: \"web_shop(u-1)\", container: web)"
        let rootImage = PodHostError.config("container has runAsNonRoot and image will run as root \(place)")
        #expect(fault(["runAsNonRoot": true], image(user: 0)) == rootImage)
        #expect(fault(["runAsNonRoot": true], image()) == rootImage)
        #expect(
            fault(["runAsNonRoot": true], image(name: "app"))
                == .config("container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root \(place)"))
        #expect(
            fault(["runAsNonRoot": true, "runAsUser": 0], image(user: 5))
                == .config("container's runAsUser breaks non-root policy \(place)"))
        #expect(fault(["runAsNonRoot": true, "runAsUser": 9], image()) == nil)
        #expect(fault(["runAsNonRoot": true], image(user: 101)) == nil)
    }

    @Test func namespacesFollowThePod() throws {
        let shared = try plan([:], image: image(), spec: ["shareProcessNamespace": true])
        #expect((shared.network, shared.pid, shared.ipc) == (.pod, .pod, .pod))
        let host = try plan([:], image: image(), spec: ["hostNetwork": true, "hostPID": true, "hostIPC": true])
        #expect((host.network, host.pid, host.ipc) == (.node, .node, .node))
        let target = try SecurityPlan(text: PodText(ConfigSample.pod()), container: ["name": "debug"]).config(image: image(), target: "id")
        #expect(target.pid == .target && target.targetID == "id")
    }

    @Test func hidesPartsOfProcUnlessToldNotTo() throws {
        #expect(try plan([:], image: image()).maskedPaths.contains("/proc/kcore"))
        let open = try plan(["procMount": "Unmasked"], image: image())
        #expect(open.maskedPaths.isEmpty && open.readOnlyPaths.isEmpty)
    }
}
