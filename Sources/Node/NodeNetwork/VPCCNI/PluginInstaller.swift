import Documents
import Glibc
import Linux

/// Puts the plug-ins and their configuration where the machine's container runtime finds them.
struct PluginInstaller {
    let settings: ManagerSettings

    /// The plug-ins first, the configuration last: with it the runtime reports that the network is ready.
    func install() throws {
        try Files.makeFolders(settings.binaryFolder)
        try Files.makeFolders(settings.configFolder)
        for name in ["aws-cni", "loopback"] { try place("\(settings.binaryFolder)/\(name)") }
        try Files.replace("\(settings.configFolder)/10-aws.conflist", Self.configuration(settings))
    }

    /// The machine has this very program itself, so a link to it is enough; containerd follows it outside of any container.
    private func place(_ path: String) throws {
        unlink("\(path).new")
        guard symlink(settings.machineProgram, "\(path).new") == 0 else { throw LinuxError("symlink", path) }
        guard rename("\(path).new", path) == 0 else { throw LinuxError("rename", path) }
    }

    static func configuration(_ settings: ManagerSettings) -> [UInt8] {
        let plugin: Value = [
            "name": "aws-cni", "type": "aws-cni", "vethPrefix": "eni", "mtu": .string(String(settings.mtu)),
            "socketPath": .string(settings.socketPath), "capabilities": ["portMappings": true],
        ]
        let list: Value = ["cniVersion": "0.4.0", "name": "aws-cni", "disableCheck": true, "plugins": [plugin]]
        return Array((JSON.text(list, pretty: true) + "\n").utf8)
    }
}
