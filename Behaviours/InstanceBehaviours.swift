import Documents
import KubeClient
import KubeModel

extension Behaviour {
    static let instances: [Behaviour] = [
        Behaviour("the Auto Scaling group replaces an instance that is terminated, and its node with it") { scene in
            let stage = try await scene.cluster(nodes: 2)
            try await stage.deployment("web", 4)
            try await stage.rolledOut("web", 4)
            let victim = try await stage.nodes()[0]
            try await scene.aws("ec2", "TerminateInstances", ["InstanceIds": [.string(victim.instanceID)]])
            try await scene.eventually("two Ready nodes without \(victim.name)") {
                let nodes = try await stage.readyNodes()
                return nodes.count == 2 && !nodes.contains { $0.instanceID == victim.instanceID }
            }
            try await stage.rolledOut("web", 4)
            let zones = Set(try await stage.nodes().map(\.zone))
            try scene.expect(zones.count == 2, "the replacement is not in the zone that lost an instance: \(zones)")
        },
        Behaviour("scale-in drains its nodes first") { scene in
            let stage = try await scene.cluster(nodes: 3)
            try await stage.deployment("web", 6)
            try await stage.rolledOut("web", 6)
            let app = Value.string(scene.name("web"))
            try await stage.create(
                PodDisruptionBudgetFields.kind, "web", ["spec": ["maxUnavailable": 1, "selector": ["matchLabels": ["app": app]]]])
            try await scene.eventually("the budget allows one") {
                try await stage.find(PodDisruptionBudgetFields.kind, scene.name("web"))?["status"]["disruptionsAllowed"] == 1
            }
            let input = stage.key("ng").merging(["scalingConfig": ["desiredSize": 1]])
            let update = try await scene.aws("eks", "UpdateNodegroupConfig", input)["update"]
            try await scene.eventually("one node is left", within: .seconds(600)) {
                let ready = try await stage.readyPods("web").count
                try scene.expect(ready >= 5, "only \(ready) of 6 pods serve during scale-in")
                return try await stage.nodes().count == 1
            }
            try await stage.finished(update, nodegroup: "ng")
            try await stage.rolledOut("web", 6)
        },
        Behaviour("an instance that is terminated vanishes after an hour", needs: [.time]) { scene in
            let stage = try await scene.cluster(nodes: 1)
            let id = try await stage.nodes()[0].instanceID
            try await stage.update("ng", ["scalingConfig": ["desiredSize": 0]])
            let asked: Value = ["InstanceIds": [.string(id)]]
            try await scene.eventually("it is terminated") {
                let instance = try await scene.aws("ec2", "DescribeInstances", asked)["Reservations"][0]["Instances"][0]
                return instance["State"]["Name"] == "terminated"
            }
            try await scene.pass(.seconds(3500))
            try await scene.aws("ec2", "DescribeInstances", asked)
            try await scene.pass(.seconds(200))
            try await scene.refused("InvalidInstanceID.NotFound") { try await scene.aws("ec2", "DescribeInstances", asked) }
        },
        Behaviour("an instance on its own is launched, stopped, started and terminated") { scene in
            let subnet = try await scene.subnets()[0]["SubnetId"]
            let run: Value = [
                "ImageId": "ami-0a1b2c3d4e5f60718", "InstanceType": "t3.small", "MinCount": 1, "MaxCount": 1, "SubnetId": subnet,
            ]
            let id = try await scene.aws("ec2", "RunInstances", run)["Instances"][0]["InstanceId"]
            let ids: Value = ["InstanceIds": [id]]
            scene.afterwards { try await scene.aws("ec2", "TerminateInstances", ids) }
            func becomes(_ state: String) async throws {
                try await scene.eventually("the instance is \(state)") {
                    let instance = try await scene.aws("ec2", "DescribeInstances", ids)["Reservations"][0]["Instances"][0]
                    return instance["State"]["Name"].string == state
                }
            }
            try await becomes("running")
            try await scene.aws("ec2", "StopInstances", ids)
            try await becomes("stopped")
            try await scene.aws("ec2", "StartInstances", ids)
            try await becomes("running")
            try await scene.aws("ec2", "TerminateInstances", ids)
            try await becomes("terminated")
            try await scene.refused("IncorrectInstanceState") { try await scene.aws("ec2", "StartInstances", ids) }
        },
    ]
}

extension Value {
    /// This object with the members of another.
    func merging(_ other: Value) -> Value {
        var result = self
        for member in other.object ?? [:] { result[member.key] = member.value }
        return result
    }
}
