import Documents
import Testing

@testable import KubeModel

@Suite struct CheckTests {
    private func kind(_ apiVersion: String, _ kind: String) throws -> KindInfo {
        try #require(KindTable.kubernetes.find(apiVersion: apiVersion, kind: kind))
    }
    private func check(_ text: String, mode: FieldValidation = .strict) throws -> Checked {
        let value = try JSON.parse(text)
        return try Schema.kubernetes.check(value, as: kind(value["apiVersion"].string ?? "", value["kind"].string ?? ""), mode: mode)
    }
    private func refusal(_ text: String) -> String? {
        do {
            _ = try check(text)
            return nil
        } catch { return (error as? KubeStatus)?.message }
    }

    @Test func unknownFieldsAreRefusedWarnedAboutOrDropped() throws {
        let text =
            #"{"apiVersion":"apps/v1","kind":"Deployment","spec":{"foo":1,"template":{"spec":{"containers":[{"name":"a","imag":"x"}]}}}}"#
        #expect(
            refusal(text)
                == "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.foo\", unknown field \"spec.template.spec.containers[0].imag\""
        )
        let warned = try check(text, mode: .warn)
        #expect(warned.warnings == ["unknown field \"spec.foo\"", "unknown field \"spec.template.spec.containers[0].imag\""])
        #expect(warned.value["spec"] == ["template": ["spec": ["containers": [["name": "a"]]]]])
        #expect(try check(text, mode: .ignore) == Checked(value: warned.value, warnings: []))
    }

    @Test(arguments: [
        (
            #"{"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":"3"}}"#,
            "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"
        ),
        (
            #"{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"a":1}}}"#,
            "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string"
        ),
        (
            #"{"apiVersion":"v1","kind":"Secret","data":{"a":"$$"}}"#,
            "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 0"
        ),
        (
            #"{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":"x"}}}]}}"#,
            "Pod in version \"v1\" cannot be handled as a Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        ),
    ]) func wrongTypesAreRefused(_ text: String, _ message: String) {
        #expect(refusal(text) == message)
    }

    @Test func valuesBecomeCanonical() throws {
        let text = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","creationTimestamp":null,"labels":{"x":null},
            "deletionTimestamp":"2026-01-02T03:04:05.6+01:00"},
            "spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":1,"memory":"1024Mi"}}}]}}
            """
        let value = try check(text).value
        #expect(value["metadata"] == ["name": "a", "labels": ["x": ""], "deletionTimestamp": "2026-01-02T02:04:05Z"])
        #expect(value["spec"]["containers"][0]["resources"]["requests"] == ["cpu": "1", "memory": "1Gi"])
    }

    @Test func integersMustFit() {
        #expect(
            refusal(#"{"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":4294967296}}"#)?.contains(
                "cannot unmarshal number 4294967296 into") == true)
        #expect(refusal(#"{"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":1.5}}"#)?.contains("of type int32") == true)
    }

    @Test func microTimesKeepSixDigits() throws {
        let text = #"{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","spec":{"renewTime":"2026-02-28T23:59:59.1234567Z"}}"#
        #expect(try check(text).value["spec"]["renewTime"] == "2026-02-28T23:59:59.123456Z")
        #expect(refusal(#"{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","spec":{"renewTime":"2026-02-30T00:00:00Z"}}"#) != nil)
    }

    @Test func checkingTwiceChangesNothing() throws {
        let text = #"{"apiVersion":"v1","kind":"Service","spec":{"ports":[{"port":80,"targetPort":"http"},{"port":81,"targetPort":8080}]}}"#
        let once = try check(text).value
        #expect(try Schema.kubernetes.check(once, as: kind("v1", "Service"), mode: .strict).value == once)
    }
}
