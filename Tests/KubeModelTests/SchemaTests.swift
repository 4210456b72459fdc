import Documents
import Testing

@testable import KubeModel

@Suite struct SchemaTests {
    let schema = Schema.kubernetes

    @Test func containersAreAListMergedByName() throws {
        let spec = try #require(schema.type("io.k8s.api.core.v1.PodSpec"))
        let field = try #require(spec.field("containers"))
        #expect(field.required)
        #expect(field.list == .map(keys: ["name"]))
        #expect(field.patch == PatchRule(merges: true, mergeKey: "name"))
        guard case .list(.object(let id)) = field.type else {
            Issue.record("not a list")
            return
        }
        #expect(schema[id].shortName == "Container")
    }

    @Test func volumesRetainKeysAndFinalizersMergeByValue() throws {
        let spec = try #require(schema.type("io.k8s.api.core.v1.PodSpec"))
        #expect(spec.field("volumes")?.patch == PatchRule(merges: true, mergeKey: "name", retainsKeys: true))
        let meta = try #require(schema.type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"))
        #expect(meta.field("finalizers")?.patch == PatchRule(merges: true))
        #expect(meta.field("finalizers")?.list == .set)
    }

    @Test func everyReferenceIsResolved() {
        let opaque = Set(["*"])
        for type in schema.types where !type.name.contains("JSONSchemaProps") {
            for field in type.fields where field.type == .any { #expect(opaque.contains(field.name), "\(type.name).\(field.name)") }
        }
    }

    @Test func pathsGoThroughListsAndMaps() throws {
        let pod = try #require(schema.type("io.k8s.api.core.v1.Pod"))
        #expect(schema.field(["spec", "containers", "resources", "limits", "cpu"], in: pod)?.type == .map(.quantity))
        #expect(schema.field(["spec", "containers", "ports", "containerPort"], in: pod)?.type == .int32)
        #expect(schema.field(["spec", "nope"], in: pod) == nil)
    }
}

@Suite struct KindTableTests {
    let table = KindTable.kubernetes

    @Test func deploymentsAreWhatKubectlShows() throws {
        let info = try #require(table.find(apiVersion: "apps/v1", plural: "deployments"))
        #expect(info.kind == "Deployment")
        #expect(info.shortNames == ["deploy"])
        #expect(info.categories == ["all"])
        #expect(info.namespaced)
        #expect(info.verbs == ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"])
        #expect(info.subresource("scale")?.typeName == "io.k8s.api.autoscaling.v1.Scale")
        #expect(info.subresources.map(\.name) == ["scale", "status"])
        #expect(info.storage.key("default", "web") == "apps/deployments/default/web")
    }

    @Test func bothEventVersionsShareOneStorage() throws {
        let core = try #require(table.find(apiVersion: "v1", kind: "Event"))
        let new = try #require(table.find(apiVersion: "events.k8s.io/v1", kind: "Event"))
        #expect(core.storage == new.storage)
        #expect(new.needsConversion && !core.needsConversion)
    }

    @Test func namespacesAreClusterScopedAndCannotBeDeletedAsACollection() throws {
        let info = try #require(table.find(apiVersion: "v1", plural: "namespaces"))
        #expect(!info.namespaced)
        #expect(!info.verbs.contains("deletecollection"))
        #expect(info.subresources.map(\.name) == ["finalize", "status"])
    }

    @Test func everyKindHasATypeAndAnUnambiguousKey() {
        for info in table { #expect(Schema.kubernetes.type(info.typeName) != nil, "\(info.typeName)") }
        #expect(Set(table.filter { !$0.needsConversion }.map(\.storage.prefix)).count == table.filter { !$0.needsConversion }.count)
    }

    @Test func autoscalingPrefersItsSecondVersion() {
        #expect(table.groups.first { $0.group == "autoscaling" }?.versions == ["v2", "v1"])
        #expect(table.groups.first?.group == "")
    }
}
