import Documents
import Testing

@testable import KubeModel

@Suite struct KubeStatusTests {
    private func kind(_ apiVersion: String, _ kind: String) throws -> KindInfo {
        try #require(KindTable.kubernetes.find(apiVersion: apiVersion, kind: kind))
    }

    @Test func notFoundNamesTheResourceWithItsGroup() throws {
        #expect(KubeStatus.notFound(try kind("v1", "Pod"), "x").message == "pods \"x\" not found")
        let status = KubeStatus.notFound(try kind("apps/v1", "Deployment"), "web")
        #expect(status.message == "deployments.apps \"web\" not found")
        #expect(
            status.document == [
                "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": "deployments.apps \"web\" not found",
                "reason": "NotFound", "details": ["name": "web", "group": "apps", "kind": "deployments"], "code": 404,
            ])
    }

    @Test func invalidListsEveryCause() throws {
        let errors: [FieldError] = [
            .invalid(FieldPath("spec", "replicas"), -1, "must be greater than or equal to 0"), .required(FieldPath("spec", "selector")),
        ]
        let status = KubeStatus.invalid(try kind("apps/v1", "Deployment"), "x", errors)
        #expect(
            status.message
                == "Deployment.apps \"x\" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.selector: Required value]"
        )
        #expect(status.details?.causes.map(\.field) == ["spec.replicas", "spec.selector"])
        #expect(status.details?.causes.map(\.reason) == ["FieldValueInvalid", "FieldValueRequired"])
        #expect(status.details?.kind == "Deployment")
    }

    @Test func statusesReadBackAsTheyWereWritten() throws {
        let errors: [FieldError] = [.required(FieldPath("a"))]
        for status in [
            KubeStatus.unauthorized, .invalid(try kind("v1", "Pod"), "x", errors), .tooManyRequests("later", retryAfterSeconds: 3),
        ] {
            #expect(KubeStatus(status.document) == status)
        }
        #expect(KubeStatus(["kind": "Pod"]) == nil)
    }

    @Test func forbiddenAndConflictReadAsUpstream() throws {
        #expect(KubeStatus.forbidden(try kind("v1", "Pod"), "why").message == "pods is forbidden: why")
        #expect(KubeStatus.forbidden(try kind("v1", "Pod"), name: "a", "why").message == "pods \"a\" is forbidden: why")
        #expect(
            KubeStatus.conflict(try kind("v1", "Pod"), "a").message
                == "Operation cannot be fulfilled on pods \"a\": the object has been modified; please apply your changes to the latest version and try again"
        )
        #expect(
            KubeStatus.methodNotAllowed(try kind("v1", "Namespace"), "deletecollection").message
                == "deletecollection is not supported on resources of kind \"namespaces\"")
    }

    @Test func fieldErrorsQuoteTextsAndShowOthersAsJSON() {
        #expect(
            FieldError.notSupported(FieldPath("a"), "x\"y", ["A", "B"]).description
                == "a: Unsupported value: \"x\\\"y\": supported values: \"A\", \"B\"")
        #expect(FieldError.invalid(FieldPath("a"), ["b": 1], "no").description == "a: Invalid value: {\"b\":1}: no")
        #expect(FieldError.forbidden(FieldPath("a").index(0).child("b"), "no").description == "a[0].b: Forbidden: no")
    }
}
