import Documents
import Testing

@testable import Eksctl

/// ClusterConfig files: what is read, filled in and refused.
@Suite struct ConfigTests {
    private func config(_ body: String) throws -> ClusterConfig {
        try ClusterConfig(yaml: "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: a, region: us-west-1}\n\(body)")
    }
    private func refusal(_ body: String) -> String {
        do {
            _ = try config(body)
            return "accepted"
        } catch { return "\(error)" }
    }

    @Test func readsTheCoursesFile() throws {
        let config = try config("nodeGroups: [{name: ng-1, instanceType: t2.small, desiredCapacity: 3, ssh: {publicKeyName: us-west-key}}]")
        #expect(config.name == "a")
        #expect(config.region == "us-west-1")
        #expect(config.fromFile)
        let group = try #require(config.nodegroups.first)
        #expect(group.name == "ng-1" && !group.managed && group.instanceTypes == ["t2.small"] && group.sshKey == "us-west-key")
        #expect([group.minimum, group.desired, group.maximum] == [3, 3, 3])
    }

    @Test func fillsInWhatEksctlFillsIn() throws {
        let config = try config("managedNodeGroups: [{name: ng}]")
        #expect(config.vpcCIDR == "192.168.0.0/16")
        #expect(config.authenticationMode == "API_AND_CONFIG_MAP")
        #expect(config.creatorIsAdmin && config.publicAccess && !config.privateAccess)
        #expect(config.nodegroups[0].managed)
        #expect(config.nodegroups[0].instanceTypes == ["m5.large"])
        #expect(config.nodegroups[0].desired == 2)
    }

    @Test func everyLogTypeIsMeantByAStar() throws {
        #expect(try config("cloudWatch: {clusterLogging: {enableTypes: ['*']}}").logTypes.count == 5)
    }

    @Test(arguments: [
        ("nodeGroup: []", "unknown field \"nodeGroup\"; did you mean \"nodeGroups\"?"),
        ("nodeGroups: [{name: a, instancType: t2.small}]", "unknown field \"nodeGroups[0].instancType\"; did you mean \"instanceType\"?"),
        ("nodeGroups: [{name: a}, {name: b, ssh: {key: x}}]", "unknown field \"nodeGroups[1].ssh.key\""),
        ("vpc: {cidrs: x, nat: {}}", "unknown field \"vpc.cidrs\"; did you mean \"cidr\"?"),
    ])
    func aMisspeltFieldIsNamedWithItsPath(_ body: String, _ text: String) { #expect(refusal(body) == "loading config file: \(text)") }

    @Test(arguments: [
        "fargateProfiles: [{name: a}]", "vpc: {id: vpc-1}", "iam: {withOIDC: true}", "karpenter: {}",
    ])
    func aKnownFieldWithoutSupportIsRefusedByName(_ body: String) {
        #expect(refusal(body).hasSuffix("is not supported yet"))
        #expect(refusal(body).contains("\"\(body.prefix { $0 != ":" })"))
    }

    @Test(arguments: [
        ("nodeGroups: [{name: a, desiredCapacity: many}]", "field \"nodeGroups[0].desiredCapacity\" must be an integer, not \"many\""),
        ("nodeGroups: {name: a}", "field \"nodeGroups\" must be a list, not {\"name\":\"a\"}"),
        ("vpc: none", "field \"vpc\" must be an object, not \"none\""),
        ("availabilityZones: [1]", "field \"availabilityZones\" must be a list of strings, not [1]"),
        ("nodeGroups: [{name: a, labels: {b: [c]}}]", "field \"nodeGroups[0].labels\" must be a map of strings, not {\"b\":[\"c\"]}"),
    ])
    func aFieldOfTheWrongTypeIsNamed(_ body: String, _ text: String) { #expect(refusal(body) == "loading config file: \(text)") }

    @Test func addonsComeWithTheirVersionsAndValues() throws {
        let config = try ClusterConfig(
            yaml: """
                apiVersion: eksctl.io/v1alpha5
                kind: ClusterConfig
                metadata: {name: a, region: us-west-1}
                addons:
                - {name: coredns, version: latest, configurationValues: {replicaCount: 3}, resolveConflicts: overwrite}
                - {name: vpc-cni, configurationValues: "env: {WARM_ENI_TARGET: '2'}"}
                addonsConfig: {disableDefaultAddons: true}
                """)
        #expect(config.addons.map(\.name) == ["coredns", "vpc-cni"] && !config.hasDefaultAddons)
        #expect(config.addons[0].version == "latest" && config.addons[0].resolveConflicts == "overwrite")
        #expect(config.addons[0].configuration == #"{"replicaCount":3}"#)
        #expect(config.addons[1].configuration == "env: {WARM_ENI_TARGET: '2'}")
        #expect(refusal("addons: [{name: coredns, resolveConflicts: maybe}]").contains("resolveConflicts"))
        #expect(refusal("addons: [{version: latest}]") == "addons[*].name must be set")
    }

    @Test(
        arguments: [
            ("latest", "v2.1-eksbuild.3"), ("v2.1-eksbuild.1", "v2.1-eksbuild.1"), ("2.1", "v2.1-eksbuild.3"), ("v2.0", "v2.0-eksbuild.9"),
            ("v9", nil),
        ] as [(String, String?)])
    func anAddonsVersionMayBeGivenByItsBeginning(wanted: String, found: String?) {
        let known = ["v2.1-eksbuild.3", "v2.1-eksbuild.1", "v2.0-eksbuild.9"]
        #expect((try? AddonBuilder.match(wanted, among: known, of: "coredns")) == found)
    }

    @Test func otherKindsAndVersionsAreRefused() {
        #expect(throws: UsageError.self) { try ClusterConfig(yaml: "apiVersion: v1\nkind: Pod") }
        #expect(throws: UsageError.self) { try ClusterConfig(yaml: "") }
        #expect(throws: UsageError.self) { try ClusterConfig(yaml: "a: [") }
        #expect(throws: UsageError("metadata.name must be set")) {
            try ClusterConfig(yaml: "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {region: us-west-1}")
        }
    }

    @Test func twoNodegroupsOfOneNameAreRefused() {
        #expect(refusal("nodeGroups: [{name: a}]\nmanagedNodeGroups: [{name: a}]") == "nodegroup name \"a\" is not unique")
    }

    @Test func bothFormsOfTaintsAreRead() throws {
        let list = try config("nodeGroups: [{name: a, taints: [{key: k, value: v, effect: NoSchedule}]}]").nodegroups[0].taints
        let map = try config("nodeGroups: [{name: a, taints: {k: 'v:NoSchedule'}}]").nodegroups[0].taints
        #expect(list.map(\.["effect"].string) == ["NoSchedule"])
        #expect(map.map(\.["value"].string) == ["v"] && map.map(\.["effect"].string) == ["NoSchedule"])
        #expect(refusal("nodeGroups: [{name: a, taints: {k: 'v:Never'}}]").contains("invalid taint effect \"Never\""))
        #expect(refusal("nodeGroups: [{name: a, taints: {k: v}}]").contains("invalid taint effect"))
    }

    @Test(
        arguments: [
            (nil, nil, nil, [2, 2, 2]), (3, nil, nil, [3, 3, 3]), (nil, 3, nil, [3, 3, 3]), (nil, nil, 5, [2, 2, 5]),
            (nil, nil, 1, [1, 1, 1]),
            (3, 1, 5, [1, 3, 5]), (0, nil, nil, [0, 0, 0]), (3, nil, 5, [3, 3, 5]), (4, 2, nil, [2, 4, 4]),
        ] as [(Int?, Int?, Int?, [Int])])
    func sizesFollowFromEachOther(_ desired: Int?, _ minimum: Int?, _ maximum: Int?, _ expected: [Int]) throws {
        var group = NodegroupConfig(name: "a", managed: false)
        try group.setSizes(desired: desired, minimum: minimum, maximum: maximum)
        #expect([group.minimum, group.desired, group.maximum] == expected)
    }

    @Test(arguments: [(3, 4, nil), (3, nil, 2), (nil, 4, 3)] as [(Int?, Int?, Int?)])
    func sizesThatContradictAreRefused(_ desired: Int?, _ minimum: Int?, _ maximum: Int?) {
        var group = NodegroupConfig(name: "a", managed: false)
        #expect(throws: UsageError.self) { try group.setSizes(desired: desired, minimum: minimum, maximum: maximum) }
    }
}
