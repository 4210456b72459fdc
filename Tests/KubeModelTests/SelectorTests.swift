import Documents
import Testing

@testable import KubeModel

@Suite struct LabelSelectorTests {
    @Test(arguments: [
        ("app=web", true), ("app==web", true), ("app!=web", false), ("app in (web,db)", true), ("app notin (db)", true), ("app", true),
        ("!app", false), ("!canary", true), ("tier!=x", true), ("tier notin (a)", true), ("tier=a", false), ("size>3", true),
        ("size<4", false),
        ("app=web,size in (5)", true), ("app=web,size=6", false), ("", true), (" app = web , size ", true), ("canary=", false),
    ]) func textsSelect(_ text: String, _ expected: Bool) throws {
        #expect(try LabelSelector(parsing: text).matches(["app": "web", "size": "5"]) == expected)
    }

    @Test(arguments: ["app=a b", "=x", "app in", "app in (a", "a,,b", "app>x", "-a=b", "a=b!", "!a=b"]) func nonsenseIsRefused(
        _ text: String
    ) {
        #expect(throws: SelectorError.self) { try LabelSelector(parsing: text) }
    }

    @Test func documentsSelectByLabelsAndExpressions() {
        let selector = LabelSelector([
            "matchLabels": ["app": "web"],
            "matchExpressions": [["key": "tier", "operator": "In", "values": ["a", "b"]], ["key": "old", "operator": "DoesNotExist"]],
        ])
        #expect(selector.matches(["app": "web", "tier": "a"]))
        #expect(!selector.matches(["app": "web", "tier": "c"]))
        #expect(!selector.matches(["app": "web", "tier": "a", "old": ""]))
        #expect(selector.description == "app=web,!old,tier in (a,b)")
    }

    @Test func noSelectorSelectsNothingAndAnEmptyOneEverything() {
        #expect(!LabelSelector(Value.null).matches([:]))
        #expect(LabelSelector([:]).matches(["a": "b"]))
        #expect(!LabelSelector(["matchExpressions": [["key": "a", "operator": "Is"]]]).matches(["a": "b"]))
    }
}

@Suite struct FieldSelectorTests {
    private func kind(_ apiVersion: String, _ kind: String) throws -> KindInfo {
        try #require(KindTable.kubernetes.find(apiVersion: apiVersion, kind: kind))
    }

    @Test func podsAreSelectedByNodeAndPhase() throws {
        let pod: Value = ["metadata": ["name": "a", "namespace": "x"], "spec": ["nodeName": "n1"], "status": ["phase": "Running"]]
        let selector = try FieldSelector(parsing: "spec.nodeName=n1,status.phase!=Failed", for: kind("v1", "Pod"))
        #expect(selector.matches(pod))
        #expect(!(try FieldSelector(parsing: "spec.nodeName=", for: kind("v1", "Pod"))).matches(pod))
        #expect(try FieldSelector(parsing: "metadata.name=a", for: kind("v1", "Pod")).name == "a")
        #expect(try FieldSelector(parsing: "spec.hostNetwork=false", for: kind("v1", "Pod")).matches(pod))
    }

    @Test func unknownFieldsGetUpstreamsText() throws {
        #expect(throws: SelectorError("field label not supported: spec.image")) {
            try FieldSelector(parsing: "spec.image=x", for: kind("v1", "Pod"))
        }
        let text = "\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        #expect(throws: SelectorError(text)) { try FieldSelector(parsing: "spec.x=x", for: kind("v1", "ConfigMap")) }
        #expect(throws: SelectorError("invalid selector: 'a'; can't understand 'a'")) {
            try FieldSelector(parsing: "a", for: kind("v1", "ConfigMap"))
        }
    }

    @Test func newEventsAreSelectedByTheirOwnNames() throws {
        let event: Value = ["involvedObject": ["name": "web"], "reason": "Pulled"]
        #expect(try FieldSelector(parsing: "regarding.name=web", for: kind("events.k8s.io/v1", "Event")).matches(event))
        #expect(try FieldSelector(parsing: "involvedObject.name=web,reason=Pulled", for: kind("v1", "Event")).matches(event))
        #expect(throws: SelectorError.self) {
            try FieldSelector(parsing: "involvedObject.name=web", for: kind("events.k8s.io/v1", "Event"))
        }
    }

    @Test func escapedCommasBelongToTheValue() throws {
        let selector = try FieldSelector(parsing: "metadata.name=a\\,b", for: kind("v1", "ConfigMap"))
        #expect(selector.requirements == [FieldSelector.Requirement(field: "metadata.name", value: "a,b", negated: false)])
    }
}
