import Glibc
import Linux

/// Images that Eyrie makes of itself, so that its nodes pull nothing for their own needs.
struct OwnImages: Sendable {
    /// The eyrie binary.
    let program: String
    /// Names of the add-ons' images, of which all are this program.
    let addonNames: [String]

    /// The programs that the add-ons' images run.
    private static let programs = ["aws-vpc-cni", "aws-eks-nodeagent", "aws-cni", "kube-proxy", "coredns", "metrics-server"]

    /// Writes the archives into a folder. - Returns: their paths. - Throws: `LinuxError`, `MachineFailure`.
    func write(into folder: String) async throws -> [String] {
        let file = HostPrograms.realPath(program)
        var pause = ImageRecipe(names: [ContainerdConfiguration.pauseImage])
        pause.entrypoint = ["/pause"]
        pause.user = "65535:65535"
        let beside = file.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/eyrie-pause"
        guard Files.exists(beside) else { throw MachineFailure("\(beside) is missing") }
        pause.programs["/pause"] = beside
        var images = [("pause.tar", pause)]
        if !addonNames.isEmpty {
            var system = ImageRecipe(names: addonNames)
            system.programs["/usr/bin/eyrie"] = file
            for name in OwnImages.programs { system.links["/usr/bin/\(name)"] = "eyrie" }
            system.texts["/etc/passwd"] = "root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n"
            system.texts["/etc/group"] = "root:x:0:\nnogroup:x:65534:\n"
            system.folders = ["/host/opt/cni/bin", "/host/etc/cni/net.d"]
            images.append(("system.tar", system))
        }
        for (name, recipe) in images { try await ImageArchive.write(recipe, to: "\(folder)/\(name)") }
        return images.map { "\(folder)/\($0.0)" }
    }
}
