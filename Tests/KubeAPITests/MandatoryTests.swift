import Cryptography
import Documents
import KubeAPI
import Storage
import Testing

/// Objects that the server cannot do without, and requests for certificates.
@Suite struct MandatoryTests {
    private static let flows = "/apis/flowcontrol.apiserver.k8s.io/v1"

    private func bed() async throws -> ClusterBed {
        let bed = try await ClusterBed()
        try await FlowBootstrap.reconcile(bed.realm.snapshot(), writer: bed.server)
        return bed
    }
    private func patch(_ bed: ClusterBed, _ path: String, _ spec: Value) async throws -> ClusterBed.Answer {
        try await bed.send("PATCH", "\(Self.flows)/\(path)", ["spec": spec], type: "application/merge-patch+json")
    }

    @Test(arguments: ["exempt", "catch-all"]) func mandatoryFlowSchemasStayAsTheyAre(name: String) async throws {
        let bed = try await bed()
        let refused = try await patch(bed, "flowschemas/\(name)", ["matchingPrecedence": name == "exempt" ? 1 : 9999, "rules": nil])
        #expect(refused.status == 422 && refused.message.hasSuffix("spec of '\(name)' must equal the fixed value"))
        let same = try await bed.get("\(Self.flows)/flowschemas/\(name)")
        #expect(try await bed.send("PUT", "\(Self.flows)/flowschemas/\(name)", same.json).status == 200)
    }
    @Test func ofTheExemptLevelOnlyWhatItLendsMayChange() async throws {
        let bed = try await bed()
        let path = "prioritylevelconfigurations/exempt"
        #expect(try await patch(bed, path, ["exempt": ["nominalConcurrencyShares": 10, "lendablePercent": 50]]).status == 200)
        let refused = try await patch(bed, "prioritylevelconfigurations/catch-all", ["limited": ["nominalConcurrencyShares": 9]])
        #expect(refused.status == 422 && refused.message.hasSuffix("spec of 'catch-all' must equal the fixed value"))
        #expect(try await patch(bed, "prioritylevelconfigurations/system", ["limited": ["nominalConcurrencyShares": 9]]).status == 200)
    }
    @Test(arguments: [
        ("not pem", "PEM block type must be CERTIFICATE REQUEST"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "PEM block type must be CERTIFICATE REQUEST"),
        ("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "asn1: syntax error: data truncated"),
    ]) func whatIsNoRequestIsRefused(text: String, problem: String) async throws {
        let bed = try await ClusterBed()
        let spec: Value = [
            "request": .string(Base64.encode(Array(text.utf8))), "signerName": "example.com/signer", "usages": ["client auth"],
        ]
        let answer = try await bed.send(
            "POST", "/apis/certificates.k8s.io/v1/certificatesigningrequests", ["metadata": ["name": "a"], "spec": spec])
        #expect(answer.status == 422 && answer.message.contains("spec.request: Invalid value: ") && answer.message.hasSuffix(problem))
    }
}
