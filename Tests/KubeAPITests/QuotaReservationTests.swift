import Control
import Documents
import KubeAPI
import Storage
import Synchronization
import Testing

/// Creations under a quota where several servers write, some of which take longer than their reservations count.
@Suite struct QuotaReservationTests {
    private let pods = "/api/v1/namespaces/default/pods"

    private struct Everybody: Authorizer {
        func authorize(_ attributes: RequestAttributes) -> Decision { .allow(reason: "") }
    }
    /// Holds the creation of the pod `late` up, behind the check of quotas.
    private final class Stall: AdmissionPlugin {
        let meanwhile = Mutex<(@Sendable () async throws -> Void)?>(nil)
        func concerns(_ request: AdmissionRequest) -> Bool { request.resource == "pods" && request.name == "late" }
        func ground(of request: AdmissionRequest) -> [AdmissionGround]? { nil }
        func admit(_ request: inout AdmissionRequest) async throws {
            let act = meanwhile.withLock { meanwhile in
                defer { meanwhile = nil }
                return meanwhile
            }
            try await act?()
        }
    }

    /// A server with the standard plugins in a namespace that may have one pod, and the plugins' clock.
    private func bed(_ stall: Stall) async throws -> (bed: ClusterBed, clock: ManualClock) {
        let clock = ManualClock(Timestamp(seconds: 1_800_000_000))
        let (store, random) = (Store.memory(clock: clock), RandomSource(seed: 7))
        let realm = try await store.realm("cluster/test")
        let plugins = StandardAdmission.plugins(
            rbac: RBACAuthorizer(realm: realm), authorizer: AuthorizerChain([Everybody()]), clock: clock, random: random, realm: realm,
            isShared: true)
        let bed = try await ClusterBed(admission: plugins + [stall], store: store, random: random) { $0.isShared = true }
        _ = try await bed.post("/api/v1/namespaces/default/serviceaccounts", ["metadata": ["name": "default"]])
        _ = try await bed.post(
            "/api/v1/namespaces/default/resourcequotas", ["metadata": ["name": "q"], "spec": ["hard": ["pods": "1"]]])
        return (bed, clock)
    }
    private func names(_ bed: ClusterBed) async throws -> [String] {
        try await bed.get(pods)["items"].items.compactMap { $0["metadata"]["name"].string }
    }

    @Test func aCreationWhoseReservationIsGivenToAnotherFails() async throws {
        let stall = Stall()
        let (bed, clock) = try await bed(stall)
        stall.meanwhile.withLock {
            $0 = {
                let early = try await bed.post(pods, Sample.pod("early"))
                #expect(early.status == 403 && early.message.contains("exceeded quota"), "\(early.text)")
                clock.advance(by: .seconds(11))
                let other = try await bed.post(pods, Sample.pod("other"))
                #expect(other.status == 201, "\(other.text)")
            }
        }
        let late = try await bed.post(pods, Sample.pod("late"))
        #expect(late.status == 503 && late.reason == "ServiceUnavailable", "\(late.text)")
        #expect(try await names(bed) == ["other"])
        #expect(try await bed.post(pods, Sample.pod("late")).status == 403)
    }

    @Test func aCreationThatComesLateIsCountedWhileItsReservationStands() async throws {
        let stall = Stall()
        let (bed, clock) = try await bed(stall)
        stall.meanwhile.withLock { $0 = { clock.advance(by: .seconds(11)) } }
        #expect(try await bed.post(pods, Sample.pod("late")).status == 201)
        #expect(try await bed.post(pods, Sample.pod("other")).status == 403)
        #expect(try await names(bed) == ["late"])
    }
}
