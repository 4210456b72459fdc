import Control
package import Documents
import Glibc
import Kubelet
import Linux

/// Names of logs by container, as log collectors look for them. Source: kuberuntime/legacy.go.
struct LogLinks: Sendable {
    let settings: PodHostSettings

    /// Makes `<pod>_<namespace>_<container>-<id>.log`, a link to the log of one start of a container. - Throws: `SystemError`.
    func make(_ id: String, _ container: String, _ pod: Value, _ attempt: Int) throws(SystemError) {
        let text = PodText(pod)
        try Files.makeFolders(settings.containerLogDirectory)
        let name = "\(text.name)_\(text.namespace)_\(container)-\(id)".prefix(251)
        let place = "\(settings.containerLogDirectory)/\(name).log"
        let target = "\(settings.logDirectory)/\(text.logDirectory)/\(container)/\(attempt).log"
        guard symlink(target, place) == 0 || errno == EEXIST else { throw SystemError("symlink", place) }
    }

    /// Removes the links to logs of a pod.
    func remove(uid: String) {
        for name in Files.names(in: settings.containerLogDirectory) where name.hasSuffix(".log") {
            let place = "\(settings.containerLogDirectory)/\(name)"
            if let target = Self.target(place), target.contains("_\(uid)/") { unlink(place) }
        }
    }

    private static func target(_ link: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink(link, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}

extension LinuxPodHost {
    package func noteCreated(_ id: String, of container: String, in pod: Value, attempt: Int) async {
        let links = LogLinks(settings: settings)
        do throws(PodHostError) {
            try await work { () throws(SystemError) in try links.make(id, container, pod, attempt) }
        } catch {
            Log("host").warning("a log could not be linked", ["container": id, "error": "\(error)"])
        }
    }
}
