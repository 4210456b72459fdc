import Documents
import Glibc
import Linux

/// Puts the plug-ins and their configuration where the machine's container runtime finds them.
struct PluginInstaller {
    let settings: ManagerSettings
    /// This program's file.
    let program: String

    /// The plug-ins first, the configuration last: with it the runtime reports that the network is ready.
    func install() throws {
        try Files.makeFolders(settings.binaryFolder)
        try Files.makeFolders(settings.configFolder)
        for name in ["aws-cni", "loopback"] { try place("\(settings.binaryFolder)/\(name)") }
        try Files.replace("\(settings.configFolder)/10-aws.conflist", Self.configuration(settings))
    }

    /// Where the machine has this program itself, a link to it costs nothing; else the file is copied.
    private func place(_ path: String) throws {
        let machine = Self.machineProgram(settings.binaryFolder)
        unlink("\(path).new")
        if let machine {
            guard symlink(machine, "\(path).new") == 0 else { throw LinuxError("symlink", path) }
        } else {
            try copy(to: "\(path).new")
        }
        guard rename("\(path).new", path) == 0 else { throw LinuxError("rename", path) }
    }

    private static func machineProgram(_ folder: String) -> String? {
        guard folder.hasSuffix("/opt/cni/bin") else { return nil }
        let root = folder.dropLast("/opt/cni/bin".count)
        return root.isEmpty && Files.exists("/usr/bin/eyrie") ? "/usr/bin/eyrie" : nil
    }

    private func copy(to path: String) throws {
        let source = open(program, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw LinuxError("open", program) }
        defer { close(source) }
        let target = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o755)
        guard target >= 0 else { throw LinuxError("open", path) }
        defer { close(target) }
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = part.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
            if count == 0 { return }
            guard count > 0, write(target, part, count) == count else { throw LinuxError("copy", path) }
        }
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
