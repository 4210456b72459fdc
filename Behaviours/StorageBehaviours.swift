import Documents
import KubeClient
import KubeModel

extension Behaviour {
    private static let csiNodes = Kind(
        group: "storage.k8s.io", version: "v1", "CSINode", prefix: "storage.k8s.io/csinodes/", namespaced: false)

    static let storage: [Behaviour] = [
        Behaviour("a node takes as many EBS volumes as its instance type, and its pods run when theirs are attached", needs: [.time]) {
            scene in
            let stage = try await scene.cluster()
            try await stage.nodegroup("ng", nodes: 1, ["instanceTypes": ["d3en.12xlarge"]])
            let addon: Value = ["clusterName": .string(stage.cluster), "addonName": "aws-ebs-csi-driver"]
            try await scene.aws("eks", "CreateAddon", addon)
            scene.afterwards {
                try await scene.aws("eks", "DeleteAddon", addon)
                try await scene.eventually("the add-on is gone") { try await scene.isGone("DescribeAddon", addon) }
            }
            try await scene.eventually("the add-on is ACTIVE") {
                try await scene.aws("eks", "DescribeAddon", addon)["addon"]["status"] == "ACTIVE"
            }
            let node = try await stage.nodes()[0].name
            try await scene.eventually("the node tells its limit: three volumes, one of which it starts from") {
                let drivers = try await stage.find(csiNodes, node)?["spec"]["drivers"].items ?? []
                return drivers.contains { $0["name"] == "ebs.csi.aws.com" && $0["allocatable"]["count"] == 2 }
            }
            for user in ["one", "two", "three"] {
                let spec: Value = [
                    "accessModes": ["ReadWriteOnce"], "storageClassName": "gp2", "resources": ["requests": ["storage": "1Gi"]],
                ]
                try await stage.create(PersistentVolumeClaimFields.kind, user, ["spec": spec])
                try await stage.pod(
                    user, ["volumes": [["name": "v", "persistentVolumeClaim": ["claimName": .string(scene.name(user))]]]])
                guard user != "three" else { break }
                try await scene.eventually("pod \(user) runs") { try await stage.readyPods(user).count == 1 }
            }
            try await scene.eventually("the third finds no room") {
                let conditions = try await stage.pods("three").first?["status"]["conditions"].items ?? []
                return conditions.contains { $0["message"].string?.contains("node(s) exceed max volume count") == true }
            }
            let status = try await stage.node(node)["status"]
            try scene.expect(
                status["volumesAttached"].items.count == 2 && status["volumesInUse"].items.count == 2,
                "attached: \(status["volumesAttached"]), in use: \(status["volumesInUse"])")
            try await stage.kubernetes.delete(PodFields.kind, scene.name("one"))
            try await scene.eventually("the third runs in its place") { try await stage.readyPods("three").count == 1 }
            let left = try await stage.node(node)["status"]["volumesAttached"].items
            try scene.expect(left.count == 2, "attached: \(left)")
        }
    ]
}
